import { describe, expect, test } from 'vitest';
import { conclude, type Finding } from '../../../src/contract/conclude.ts';

const finding = (found: Partial<Finding>): Finding => ({
  asked: 'all rows',
  clean: 'none bent',
  broken: 'some bent',
  offences: [],
  missing: [],
  ...found,
});
const offences = (count: number) => Array.from({ length: count }, (_, index) => ({ what: `row ${index}` }));

describe('conclude', () => {
  test('passes when nothing offends and nothing is missing', () => {
    expect(conclude(finding({}))).toEqual({ outcome: 'pass', summary: 'all rows: none bent', offences: [] });
  });

  test('an offence fails it, whatever else is not known', () => {
    expect(conclude(finding({ offences: offences(1) }))).toEqual({
      outcome: 'fail',
      summary: 'all rows: some bent',
      offences: offences(1),
    });
    const both = conclude(finding({ offences: offences(1), missing: ['a file'] }));
    expect(both).toMatchObject({ outcome: 'fail', summary: 'all rows: some bent (not known: a file)' });
  });

  test('missing evidence leaves it unknown', () => {
    const missing = conclude(finding({ missing: ['a file', 'another'] }));
    expect(missing).toEqual({ outcome: 'unknown', summary: 'all rows: not known: a file; another', offences: [] });
  });

  test('names fifty offences and counts the others', () => {
    expect(conclude(finding({ offences: offences(50) })).offences).toEqual(offences(50));
    expect(conclude(finding({ offences: offences(53) })).offences).toEqual([...offences(50), { what: 'and 3 more' }]);
  });
});
