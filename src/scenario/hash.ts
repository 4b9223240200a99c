import { createHash } from 'node:crypto';
import type { Scenario } from './schema.ts';

/**
 * The canonical hash of a scenario as resolved: sha256 (hex) of its JSON with sorted keys. Comments, layout, the order of
 * keys and defaults written out make no difference; neither does the seed, which is reported apart.
 */
export function scenarioHash(scenario: Scenario): string {
  const { seed: _seed, $schema: _schema, ...rest } = scenario;
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}

/** JSON with the keys of every object in order; what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    .join(',')}}`;
}
