import { z } from 'zod';
import { diagnosticsOf } from './issues.ts';
import { BadScenario } from './diagnostic.ts';
import { objectives } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

const tier = z.strictObject({ description: z.string().optional(), objectives: objectives.omit({ tier: true }) });
const tiersSchema = z.strictObject({ version: z.literal(1), tiers: z.record(z.string().regex(/^[0-3]$/), tier) });

/** What each continuity tier asks for, 0 the strictest; from a file that users change to their own business's needs. */
export type Tiers = z.output<typeof tiersSchema>['tiers'];

/** @throws BadScenario with everything that is wrong with the file, each with file:line:column. */
export function loadTiers(text: string, file: string): Tiers {
  const source = new YamlSource(text, file);
  const parsed = tiersSchema.safeParse(source.data);
  if (!parsed.success) throw new BadScenario(diagnosticsOf(parsed.error, source, tiersSchema));
  return parsed.data.tiers;
}
