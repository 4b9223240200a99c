import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import single from '../../../src/checks/single.ts';
import type { Evidence, Operation } from '../../../src/history/evidence.ts';
import { addressOf, members, ms, second, syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();

/** Reigns one after the other, each on the next timeline, with pauses between them: what any number of failovers leaves. */
const turns = fc.array(
  fc.record({
    member: fc.constantFrom(...members),
    pauseNs: fc.integer({ min: 1, max: 3 * second }),
    writes: fc.array(fc.integer({ min: 1, max: 200 * ms }), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 2, maxLength: 6 },
);

interface Turn {
  member: string;
  timeline: number;
  operations: Operation[];
}

function play(plan: { member: string; pauseNs: number; writes: number[] }[]): Turn[] {
  let [clockNs, op] = [0, 0];
  return plan.map(({ member, pauseNs, writes }, index) => {
    clockNs += pauseNs;
    const operations = writes.map((tookNs): Operation => {
      const startNs = clockNs;
      clockNs += tookNs;
      return {
        series: 'rw-new',
        op: op++,
        dueNs: startNs,
        startNs,
        endNs: clockNs,
        outcome: 'ok',
        value: { server: addressOf(member), timeline: index + 1 },
      };
    });
    return { member, timeline: index + 1, operations };
  });
}

function historyOf(operations: Operation[]): Evidence {
  const series = clean.series.get('rw-new');
  if (series === undefined) throw new Error('no series');
  return { ...clean, members: [], series: new Map([['rw-new', { ...series, operations }]]) };
}

/** Two reigns on one timeline, the second begun before the first sent its last. */
const overlap = fc.record({ firstWrites: fc.integer({ min: 2, max: 9 }), stepNs: fc.integer({ min: 2, max: second }), startsIn: fc.nat() });

describe('SINGLE, of generated histories', () => {
  test('primaries that take turns never offend, in whatever order operations were noted', () => {
    fc.assert(
      fc.property(turns, fc.infiniteStream(fc.nat()), (plan, shuffle) => {
        const operations = play(plan).flatMap((turn) => turn.operations);
        const noted = operations
          .map((one) => ({ one, at: shuffle.next().value ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(single.evaluate(historyOf(noted)).offences).toEqual([]);
      }),
    );
  });

  test('one write by an earlier primary after a later one began always offends, and is named', () => {
    fc.assert(
      fc.property(turns, fc.nat(), fc.nat(), fc.integer({ min: 1, max: second }), (plan, pickLater, pickEarlier, afterNs) => {
        const played = play(plan);
        const laterIndex = 1 + (pickLater % (played.length - 1));
        const [later, earlier] = [played[laterIndex], played[pickEarlier % laterIndex]];
        fc.pre(later !== undefined && earlier !== undefined && later.member !== earlier.member);
        const startNs = (later?.operations[0]?.endNs ?? 0) + afterNs;
        const stale: Operation = {
          series: 'rw-new',
          op: 9999,
          dueNs: startNs,
          startNs,
          endNs: startNs + ms,
          outcome: 'ok',
          value: { server: addressOf(earlier?.member ?? ''), timeline: earlier?.timeline ?? 0 },
        };
        const result = single.evaluate(historyOf([...played.flatMap((turn) => turn.operations), stale]));
        expect(result.outcome).toBe('fail');
        expect(result.offences.flatMap(({ operations }) => operations ?? [])).toContainEqual({ series: 'rw-new', op: 9999 });
      }),
    );
  });

  test('two nodes that interleave on one timeline always offend, for a time that is no longer than both', () => {
    fc.assert(
      fc.property(overlap, ({ firstWrites, stepNs, startsIn }) => {
        const write = (op: number, member: string, startNs: number): Operation => {
          const value = { server: addressOf(member), timeline: 1 };
          return { series: 'rw-new', op, dueNs: startNs, startNs, endNs: startNs + stepNs, outcome: 'ok', value };
        };
        const first = Array.from({ length: firstWrites }, (_, index) => write(index, 'pg1', index * stepNs * 2));
        const stale = write(1000, 'pg2', (startsIn % (firstWrites - 1)) * stepNs * 2 + stepNs - 1);
        const { outcome, offences } = single.evaluate(historyOf([...first, stale]));
        expect(outcome).toBe('fail');
        expect(offences).toHaveLength(1);
        const toldNs = Number(/: for (\d+\.\d+) s/.exec(offences[0]?.what ?? '')?.[1]) * 1e9;
        expect(toldNs).toBeGreaterThanOrEqual(0);
        expect(toldNs).toBeLessThanOrEqual(stepNs + 1e6);
      }),
    );
  });
});
