import { z } from 'zod';
import { count, instant } from './common.ts';

export const verdict = z.enum(['pass', 'fail', 'inconclusive', 'aborted']);

/** One objective: what was asked, what was measured. `met` null: it could not be measured. */
export const objective = z.strictObject({
  name: z.string().meta({ examples: ['rto.rw', 'rpo.transactions', 'redundancy', 'failover'] }),
  limit: z.union([z.number(), z.string()]),
  unit: z.string(),
  measured: z.union([z.number(), z.string(), z.null()]),
  met: z.boolean().nullable(),
  from: z.string().meta({ description: 'Where the limit comes from: `scenario`, `tier 1`' }),
  note: z.string(),
});

/** One thing that offends a check. */
const offence = z.strictObject({
  what: z.string(),
  atSeconds: instant.nullable(),
  node: z.string().nullable(),
  operations: z.array(z.strictObject({ series: z.string(), op: count })),
});

/** One check of correctness. At most 1000 offences are listed; `offenceCount` has them all. */
export const check = z.strictObject({
  name: z.string(),
  question: z.string(),
  method: z.string(),
  outcome: z.enum(['pass', 'fail', 'unknown']),
  summary: z.string(),
  offenceCount: count,
  offences: z.array(offence),
});

/** What the scenario says of itself: a scenario may be known to fail. */
export const expectation = z.strictObject({
  verdict,
  failing: z.array(z.string()),
  because: z.string(),
  /** The verdict is the expected one, and what failed is exactly what was expected to. */
  asExpected: z.boolean(),
  /** How it differs, one sentence each. */
  differences: z.array(z.string()),
});
