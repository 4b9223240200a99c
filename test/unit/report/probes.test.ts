import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/history/evidence.ts';
import type { SeriesEvent } from '../../../src/history/operations.ts';
import { Axis } from '../../../src/report/build/axis.ts';
import { binsFor, latencyOf, throughputOf } from '../../../src/report/build/charts.ts';
import { probeLane } from '../../../src/report/build/probes.ts';

const ms = 1_000_000;
const declared: SeriesEvent = {
  type: 'series',
  series: 's',
  kind: 'probe',
  route: 'rw',
  access: 'write',
  connection: 'new',
  connections: 1,
  t0Ns: 3 * ms,
  intervalNs: 50 * ms,
  deadlineNs: 1000 * ms,
};
const kinds = ['accepted', 'refused', 'readOnly', 'unknown'] as const;
type Kind = (typeof kinds)[number];
const ends = {
  accepted: { outcome: 'ok' },
  refused: { outcome: 'fail', error: { code: '57P03', message: '' } },
  readOnly: { outcome: 'fail', error: { code: '25006', message: '' } },
  unknown: { outcome: 'info', error: { code: 'deadline', message: '' } },
} as const;

function seriesOf(slots: readonly Kind[], skip: ReadonlySet<number> = new Set()): { declared: SeriesEvent; operations: Operation[] } {
  const operations = slots.map((kind, op) => ({
    series: 's',
    op,
    dueNs: declared.t0Ns + op * declared.intervalNs,
    startNs: 0,
    endNs: declared.t0Ns + op * declared.intervalNs + 4 * ms,
    ...ends[kind],
  }));
  return { declared, operations: operations.filter(({ op }) => !skip.has(op)) };
}

const axis = new Axis(0, 'test');
const slots = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 300 });

describe('a probe lane', () => {
  it('has every slot in exactly one span, in order and without overlap', () => {
    fc.assert(
      fc.property(slots, fc.uniqueArray(fc.nat(300)), (ended, missing) => {
        const series = seriesOf(ended, new Set(missing));
        const lane = probeLane(series, [], axis);
        for (const kind of kinds) {
          const count = series.operations.filter(({ op }) => ended[op] === kind).length;
          expect(lane[kind]).toBe(count);
          expect(lane.spans.reduce((sum, span) => sum + span[kind], 0)).toBe(count);
        }
        const edges = lane.spans.flatMap(({ fromSeconds, toSeconds }) => [fromSeconds, toSeconds]);
        expect(edges).toEqual(edges.toSorted((a, b) => a - b));
        for (const { dueNs } of series.operations) {
          expect(lane.spans.some((span) => span.fromSeconds <= dueNs / 1e9 + 1e-9 && dueNs / 1e9 < span.toSeconds)).toBe(true);
        }
      }),
    );
  });

  it('shows an outage to the slot', () => {
    const lane = probeLane(
      seriesOf([...Array<Kind>(20).fill('accepted'), ...Array<Kind>(7).fill('refused'), ...Array<Kind>(20).fill('accepted')]),
      [],
      axis,
    );
    expect(lane.spans.map(({ state, fromSeconds, toSeconds }) => [state, fromSeconds, toSeconds])).toEqual([
      ['accepted', 0.003, 1.003],
      ['refused', 1.003, 1.353],
      ['accepted', 1.353, 2.353],
    ]);
    expect(lane.spans[1]?.errors).toEqual({ '57P03': 7 });
  });

  it('keeps apart a standby that answers and one that does not', () => {
    const lane = probeLane(seriesOf(['readOnly', 'readOnly', 'refused', 'unknown']), [], axis);
    expect(lane.spans.map(({ state }) => state)).toEqual(['read-only', 'refused', 'unknown']);
  });

  it('stays drawable when a series flaps without end, and loses no slot', () => {
    const flapping = Array.from({ length: 12_000 }, (_, op): Kind => (op % 2 === 0 ? 'accepted' : 'refused'));
    const lane = probeLane(seriesOf(flapping), [], axis);
    expect(lane.spans.length).toBeLessThanOrEqual(400);
    expect(lane.spans.every(({ state }) => state === 'mixed')).toBe(true);
    expect(lane).toMatchObject({ accepted: 6000, refused: 6000, binSeconds: 0.1 });
  });

  it('does not claim time in which no slot was due', () => {
    const lane = probeLane(seriesOf(Array<Kind>(10).fill('accepted'), new Set([4, 5])), [], axis);
    expect(lane.spans.map(({ accepted }) => accepted)).toEqual([4, 4]);
  });
});

describe('throughput and latency', () => {
  const bins = binsFor({ startNs: 0, endNs: 20_000 * ms }, 5000 * ms);

  it('count every acknowledgement of whole bins once', () => {
    const series = seriesOf(Array<Kind>(400).fill('accepted'));
    const { acknowledgedPerSecond, binSeconds } = throughputOf(series, bins, axis);
    expect(new Set(acknowledgedPerSecond.slice(1, -2))).toEqual(new Set([1000 / 50]));
    // the first bin is cut by the start of the series
    expect(acknowledgedPerSecond[0]).toBeNull();
    expect(binSeconds).toBe(0.5);
  });

  it('give latency from the due time, and none where nothing was accepted', () => {
    const series = seriesOf([...Array<Kind>(20).fill('accepted'), ...Array<Kind>(40).fill('refused')]);
    const { p50Ms, p99Ms } = latencyOf(series, bins, axis);
    expect(p50Ms.slice(0, 2)).toEqual([4, 4]);
    expect(p99Ms[3]).toBeNull();
  });

  it('lie on the fault, so that no bin mixes before and after', () => {
    expect((5000 * ms - bins.startNs) % bins.widthNs).toBe(0);
    expect(bins.startNs).toBeLessThanOrEqual(0);
  });
});
