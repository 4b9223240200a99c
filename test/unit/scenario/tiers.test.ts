import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTiers } from '../../../src/scenario/tiers.ts';
import { marked, placeOf, refusals } from '../../support/marked.ts';

describe('the tiers file', () => {
  it('comes with four tiers, each no stricter than the one before', () => {
    const file = join(import.meta.dirname, '../../../scenarios/tiers.yaml');
    const tiers = loadTiers(readFileSync(file, 'utf8'), file);
    expect(Object.keys(tiers)).toEqual(['0', '1', '2', '3']);
    const limits = Object.values(tiers).map(({ objectives: { rto, rpo } }) => [
      rto['rw'] ?? Infinity,
      rto['ro'] ?? Infinity,
      rpo.seconds ?? Infinity,
    ]);
    for (const [index, tier] of limits.entries()) {
      for (const [which, limit] of tier.entries()) expect(limit).toBeGreaterThanOrEqual(limits[index - 1]?.[which] ?? 0);
    }
    expect(tiers['0']?.objectives).toMatchObject({ rto: { rw: 30_000 }, rpo: { transactions: 0 } });
  });

  it.each([
    ['a tier that there is not', `version: 1\ntiers:\n  ▸'4': { objectives: {} }\n`, 'is not an allowed name'],
    [
      'a duration without a unit',
      `version: 1\ntiers:\n  '0':\n    objectives: { rto: { rw: ▸30 } }\n`,
      'a duration needs a number and a unit',
    ],
    ['an unknown objective', `version: 1\ntiers:\n  '0':\n    objectives: { ▸rtto: {} }\n`, 'did you mean `rto`?'],
    ['a tier of a tier', `version: 1\ntiers:\n  '1':\n    objectives: { ▸tier: 0 }\n`, 'unknown key `tier`'],
    ['no tiers', `▸version: 1\n`, '`tiers` is missing'],
  ])('refuses %s', (_, source, words) => {
    const { text, places } = marked(source);
    const found = refusals(() => loadTiers(text, 'tiers.yaml'));
    expect(found.map(placeOf)).toEqual(places);
    expect(found[0]?.message).toContain(words);
  });
});
