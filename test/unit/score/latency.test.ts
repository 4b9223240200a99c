import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latencyPhases, type LatencyPhases } from '../../../src/score/latency.ts';
import { quantile } from '../../../src/score/quantile.ts';
import { scoreRto } from '../../../src/score/rto.ts';
import { syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';

function phases(options: SyntheticOptions): LatencyPhases {
  const evidence = syntheticRun(options);
  const series = evidence.series.get('rw-persistent');
  if (series === undefined) throw new Error('no series');
  return latencyPhases(evidence, series, scoreRto(evidence).rto['rw']);
}

test('latency before, during and after the outage, from the due time', () => {
  const { baseline, during, after } = phases({ outages: [{ fromMs: 0, toMs: 1000 }] });
  expect(baseline).toMatchObject({ acknowledged: 100, refused: 0 });
  expect(baseline.p50Ms).toBeGreaterThanOrEqual(3);
  expect(baseline.maxMs).toBeLessThanOrEqual(5);
  expect(during).toMatchObject({ acknowledged: 0, refused: 20, p50Ms: null, maxMs: null });
  expect(after).toMatchObject({ refused: 0 });
  expect(after.acknowledged).toBeGreaterThan(100);
});

test('held writes show in the tail, where there was no outage to speak of', () => {
  const { during, after } = phases({ outages: [{ fromMs: 0, toMs: 900, how: 'queued' }] });
  expect(during).toBeNull();
  expect(after.maxMs).toBeGreaterThan(900);
  expect(after.p50Ms).toBeLessThan(6);
});

test('a quantile is the smallest measured value that enough values do not exceed', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 }).map((all) => all.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (ascending, p) => {
      const value = quantile(ascending, p) ?? NaN;
      expect(ascending).toContain(value);
      const below = ascending.filter((one) => one < value).length;
      const upTo = ascending.filter((one) => one <= value).length;
      expect(upTo).toBeGreaterThanOrEqual(p * ascending.length - 1e-9);
      expect(below).toBeLessThan(p * ascending.length + 1e-9);
    }),
  );
  expect(quantile([], 0.5)).toBeNull();
});
