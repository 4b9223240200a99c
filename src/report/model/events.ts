import { z } from 'zod';
import { phases } from '../../history/journal.ts';
import { instant, proof, seconds } from './common.ts';

export const phase = z.strictObject({
  phase: z.enum(phases),
  startAtSeconds: instant,
  endAtSeconds: instant.nullable().meta({ description: 'Null: it had not ended when the report was made' }),
  seconds: seconds.nullable(),
  failed: z.string().nullable(),
  detail: z.string().nullable(),
});

/** One fault's life. `evidence` proves that it took hold, `healedEvidence` that it was gone. */
export const fault = z.strictObject({
  fault: z.string(),
  kind: z.string(),
  target: z.string(),
  nodes: z.array(z.string()),
  params: z.record(z.string(), z.unknown()),
  state: z.enum(['planned', 'injecting', 'active', 'healing', 'healed', 'failed']),
  injectedAtSeconds: instant.nullable(),
  activeAtSeconds: instant.nullable().meta({ description: 'When the effect began, as the evidence dates it' }),
  provenAtSeconds: instant.nullable().meta({ description: 'When the proof was had' }),
  healingAtSeconds: instant.nullable(),
  healedAtSeconds: instant.nullable(),
  failed: z.string().nullable(),
  evidence: proof.nullable(),
  healedEvidence: proof.nullable(),
});
