import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scoreRto } from '../../../src/score/rto.ts';
import { ms, second, syntheticSeries } from '../../support/synthetic-series.ts';
import { syntheticRun } from '../../support/synthetic-run.ts';
import type { Evidence, Series } from '../../../src/history/evidence.ts';

const intervalNs = 50 * ms;
/** Answers vary by 2 ms in steady state; one of the slowest in a hundred is taken for held, and dated by its answer. */
const errorNs = intervalNs + 2 * ms;
const template = syntheticRun({ outages: [] });
const { healingNs, activeNs } = template.faults[0] ?? {};
if (activeNs == null || healingNs == null) throw new Error('the synthetic run has no fault');
const faultNs = activeNs;

/** The template with one series alone: t0 shifted within an interval, and outages planted, ms after the fault. */
function runWith(outages: { fromMs: number; toMs: number }[], how: 'refused' | 'hang' | 'queued', phaseNs: number): Evidence {
  const declared = { ...(template.series.get('rw-persistent') as Series).declared, t0Ns: 10 * second + phaseNs };
  const refusals = outages.map(({ fromMs, toMs }) => ({ fromNs: faultNs + fromMs * ms, toNs: faultNs + toMs * ms, how }));
  const server = () => ({ address: '10.0.0.11', timeline: 1, lsn: '0/3000000', inRecovery: false });
  const series = syntheticSeries({ declared, endNs: faultNs + 60 * second, refusals, server });
  // The heal comes later than anything that is planted.
  const faults = template.faults.map((fault) => ({ ...fault, healingNs: faultNs + 60 * second }));
  const phases = template.phases.filter(({ phase }) => phase === 'baseline');
  return { ...template, faults, phases, final: null, series: new Map([['rw-persistent', series]]) };
}

const phase = fc.integer({ min: 0, max: intervalNs - 1 });
const lengthMs = fc.integer({ min: 60, max: 30_000 });

test('an outage of any length is recovered to within one interval, and lies in its own bounds', () => {
  fc.assert(
    fc.property(lengthMs, phase, fc.constantFrom('refused', 'hang'), (toMs, phaseNs, how) => {
      const measured = scoreRto(runWith([{ fromMs: 0, toMs }], how, phaseNs)).rto['rw'];
      const truth = toMs / 1000;
      expect(Math.abs((measured?.seconds ?? NaN) - truth)).toBeLessThanOrEqual(errorNs / second);
      expect(measured?.lower).toBeLessThanOrEqual(truth);
      expect(measured?.upper).toBeGreaterThanOrEqual(truth);
      expect(measured?.seconds).toBeGreaterThanOrEqual(measured?.lower ?? NaN);
      expect(measured?.seconds).toBeLessThanOrEqual(measured?.upper ?? NaN);
    }),
  );
});

test('so is one at whose end held writes are let through', () => {
  const longerThanDeadlineMs = fc.integer({ min: 1100, max: 30_000 });
  fc.assert(
    fc.property(longerThanDeadlineMs, phase, (toMs, phaseNs) => {
      const measured = scoreRto(runWith([{ fromMs: 0, toMs }], 'queued', phaseNs)).rto['rw'];
      expect(Math.abs((measured?.seconds ?? NaN) - toMs / 1000)).toBeLessThanOrEqual(errorNs / second);
      expect(measured?.upper).toBeGreaterThanOrEqual(toMs / 1000);
    }),
  );
});

test('a hold that no deadline cuts off is no outage, and is not longer than the bound that is told', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 990 }), phase, (toMs, phaseNs) => {
      const measured = scoreRto(runWith([{ fromMs: 0, toMs }], 'queued', phaseNs)).rto['rw'];
      expect(measured?.seconds).toBeNull();
      expect(measured?.upper).toBeGreaterThanOrEqual(toMs / 1000);
    }),
  );
});

/** Outages in order with pauses between them; none shorter than two intervals, so that each is sure to be seen. */
function flapping(pauseMs: { min: number; max: number }): fc.Arbitrary<{ fromMs: number; toMs: number }[]> {
  const piece = fc.record({ pause: fc.integer(pauseMs), length: fc.integer({ min: 110, max: 3000 }) });
  return fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => {
    let atMs = 0;
    return pieces.map(({ pause, length }) => {
      const fromMs = atMs + pause;
      atMs = fromMs + length;
      return { fromMs, toMs: atMs };
    });
  });
}

test('flaps are told one by one, their time adds up, and the last of them ends the RTO', () => {
  fc.assert(
    fc.property(flapping({ min: 700, max: 2800 }), phase, (outages, phaseNs) => {
      const measured = scoreRto(runWith(outages, 'refused', phaseNs)).rto['rw'];
      const refusedMs = outages.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      expect(measured?.flaps).toBe(outages.length);
      expect(Math.abs((measured?.refusedSeconds ?? NaN) - refusedMs / 1000)).toBeLessThanOrEqual((outages.length * errorNs) / second);
      expect(Math.abs((measured?.seconds ?? NaN) - (outages.at(-1)?.toMs ?? NaN) / 1000)).toBeLessThanOrEqual(errorNs / second);
      expect(measured?.slots.refused).toBeGreaterThan(0);
    }),
  );
});

test('where service was back for good in between, the longest outage is the RTO', () => {
  // A later outage counts from its first refused slot, which may have been on its way, for up to 5 ms, when it began.
  const ownErrorNs = errorNs + 5 * ms;
  fc.assert(
    fc.property(flapping({ min: 3200, max: 6000 }), phase, (outages, phaseNs) => {
      const measured = scoreRto(runWith(outages, 'refused', phaseNs)).rto['rw'];
      const longest = Math.max(...outages.map(({ fromMs, toMs }) => toMs - fromMs)) / 1000;
      expect(measured?.flaps).toBe(outages.length);
      expect(Math.abs((measured?.seconds ?? NaN) - longest)).toBeLessThanOrEqual(ownErrorNs / second);
      expect(measured?.upper).toBeGreaterThanOrEqual(longest - errorNs / second);
    }),
  );
});

test('pauses shorter than the run that is asked for are no service', () => {
  fc.assert(
    fc.property(flapping({ min: 60, max: 440 }), phase, (outages, phaseNs) => {
      const measured = scoreRto(runWith(outages, 'refused', phaseNs)).rto['rw'];
      expect(measured?.flaps).toBe(1);
      expect(Math.abs((measured?.seconds ?? NaN) - (outages.at(-1)?.toMs ?? NaN) / 1000)).toBeLessThanOrEqual(errorNs / second);
    }),
  );
});

test('whatever was accepted and refused: the figures are ordered, finite and never before the fault', () => {
  const outcomes = fc.array(fc.constantFrom('ok', 'fail', 'info'), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(outcomes, fc.array(fc.integer({ min: 0, max: 1200 }), { minLength: 1 }), (signs, latenciesMs) => {
      const evidence = runWith([], 'refused', 0);
      const series = evidence.series.get('rw-persistent') as Series;
      for (const [index, outcome] of signs.entries()) {
        const operation = series.operations[100 + index];
        if (operation === undefined) continue;
        operation.outcome = outcome;
        operation.endNs =
          outcome === 'info' && index % 3 === 0 ? null : operation.dueNs + (latenciesMs[index % latenciesMs.length] ?? 0) * ms;
      }
      const measured = scoreRto(evidence).rto['rw'];
      if (measured === undefined) throw new Error('not measured');
      expect(measured.lower).toBeGreaterThanOrEqual(0);
      expect(measured.upper).toBeGreaterThanOrEqual(measured.lower);
      if (measured.seconds === null) return;
      expect(measured.seconds).toBeGreaterThanOrEqual(measured.lower);
      expect(measured.seconds).toBeLessThanOrEqual(measured.upper);
      expect(measured.refusedSeconds).toBeLessThanOrEqual(measured.upper);
      expect(measured.flaps).toBe(measured.outages.length);
    }),
  );
});
