import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanRunsWanted, confidenceOfP95, confidenceText } from '../../../src/score/confidence.ts';

const rounding = 1e-12;

test('59 clean runs, and no fewer, say "p95 with 95 % confidence"', () => {
  expect(cleanRunsWanted).toBe(59);
  expect(confidenceOfP95(59)).toBeGreaterThanOrEqual(0.95);
  expect(confidenceOfP95(58)).toBeLessThan(0.95);
});

test('with one failure it takes 93', () => {
  expect(confidenceOfP95(93, 1)).toBeGreaterThanOrEqual(0.95);
  expect(confidenceOfP95(92, 1)).toBeLessThan(0.95);
});

test('more runs say more, more failures say less, and it is a probability', () => {
  const counts = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 20 })).filter(([runs, failures]) => failures < runs);
  fc.assert(
    fc.property(counts, ([runs, failures]) => {
      const confidence = confidenceOfP95(runs, failures);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(confidenceOfP95(runs + 1, failures)).toBeGreaterThanOrEqual(confidence - rounding);
      expect(confidenceOfP95(runs, failures + 1)).toBeLessThanOrEqual(confidence + rounding);
    }),
  );
});

test('what few runs prove is said and no more', () => {
  expect(confidenceText(1)).toBe(
    'One clean run shows that it can go this well; that at least 95 of 100 runs do is known with 5 % confidence (95 % takes 59 clean runs).',
  );
  expect(confidenceText(59)).toBe('59 clean runs: at least 95 of 100 runs are as good, with 95 % confidence.');
});
