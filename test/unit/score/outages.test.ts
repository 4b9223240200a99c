import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findRefusals, returnOf } from '../../../src/score/outages.ts';
import type { Slot } from '../../../src/score/slots.ts';

/** Slots of 10 ns: '+' accepted after 1 ns, 'x' refused. */
const slots = (pattern: string): Slot[] =>
  [...pattern].map((sign, index) => ({ dueNs: index * 10, endNs: index * 10 + 1, accepted: sign === '+' }));

test('an outage ends at the first of N accepted slots in a row', () => {
  expect(findRefusals(slots('++xx+x++x+++'), 3)).toEqual([{ first: 2, last: 8, run: 9 }]);
});

test('a refusal after such a run is another outage', () => {
  expect(findRefusals(slots('xx+++x++++'), 3)).toEqual([
    { first: 0, last: 1, run: 2 },
    { first: 5, last: 5, run: 6 },
  ]);
});

test('too short a run at the end ends nothing', () => {
  expect(findRefusals(slots('+xx++'), 3)).toEqual([{ first: 1, last: 2, run: null }]);
});

test('no refusal, no outage', () => {
  expect(findRefusals(slots('+++++'), 3)).toEqual([]);
});

test('refused slots lie in an outage, each outage is followed by N accepted ones, and outages do not touch', () => {
  const patterns = fc.array(fc.constantFrom('+', 'x'), { maxLength: 200 }).map((signs) => signs.join(''));
  fc.assert(
    fc.property(patterns, fc.integer({ min: 1, max: 6 }), (pattern, consecutive) => {
      const found = findRefusals(slots(pattern), consecutive);
      const covered = new Set<number>();
      for (const { first, last, run } of found) {
        expect(pattern[first]).toBe('x');
        expect(pattern[last]).toBe('x');
        for (let index = first; index <= last; index++) covered.add(index);
        if (run !== null) expect(pattern.slice(last + 1, run + consecutive)).toBe('+'.repeat(consecutive));
        else expect(pattern.length - last).toBeLessThanOrEqual(consecutive);
        expect(pattern.slice(first, last + 1)).not.toContain('+'.repeat(consecutive));
      }
      for (const [index, sign] of [...pattern].entries()) if (sign === 'x') expect(covered.has(index)).toBe(true);
    }),
  );
});

const usual = { medianNs: 3, p99Ns: 5 };

test('an accepted slot that took no longer than usual puts the return at its due time', () => {
  expect(returnOf([{ dueNs: 100, endNs: 105, accepted: true }], 0, usual)).toEqual({ atNs: 100, provenNs: 105 });
});

test('a held write puts it the usual latency before its acknowledgement', () => {
  expect(returnOf([{ dueNs: 100, endNs: 190, accepted: true }], 0, usual)).toEqual({ atNs: 187, provenNs: 190 });
});

test('a later slot that was served before the held ones proves an earlier return', () => {
  const run = [
    { dueNs: 100, endNs: 190, accepted: true },
    { dueNs: 150, endNs: 154, accepted: true },
    { dueNs: 160, endNs: 163, accepted: true },
  ];
  expect(returnOf(run, 0, usual)).toEqual({ atNs: 150, provenNs: 154 });
});
