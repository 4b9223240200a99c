import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/history/evidence.ts';
import type { MemberFinal } from '../../../src/history/final-state.ts';
import type { MemberSample } from '../../../src/history/observations.ts';
import { scoreRun } from '../../../src/score/score.ts';
import { perSecond, throughputBackNs } from '../../../src/score/throughput.ts';
import type { Recovery } from '../../../src/score/types.ts';
import { second, syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';

function recovery(options: SyntheticOptions, bend: (evidence: Evidence) => void = () => {}): Recovery {
  const evidence = syntheticRun(options);
  bend(evidence);
  return scoreRun(evidence).recovery;
}

test('the last client is served when the slowest series is', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 2000, toMs: 3500, series: ['bank'] }]; // prettier-ignore
  expect(recovery({ outages }).lastClientSeconds).toBe(3.5);
});

test('a client that is never served again has no such time, nor has a drill without an outage', () => {
  expect(recovery({ outages: [{ fromMs: 0, toMs: 60_000, series: ['bank'] }], observeMs: 8000 }).lastClientSeconds).toBeNull();
  expect(recovery({ outages: [] }).lastClientSeconds).toBeNull();
});

test('a client that was served and refused again was not served until the last of it', () => {
  const outages = [{ fromMs: 0, toMs: 1000 }, { fromMs: 3000, toMs: 3500 }]; // prettier-ignore
  expect(recovery({ outages }).lastClientSeconds).toBe(3.5);
});

test('an outage long after the return does not delay it', () => {
  const outages = [{ fromMs: 0, toMs: 1000 }, { fromMs: 5000, toMs: 5500 }]; // prettier-ignore
  expect(recovery({ outages }).lastClientSeconds).toBe(1);
});

test('an outage after the heal does not delay the last client', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 6500, toMs: 7000 }]; // prettier-ignore
  expect(recovery({ outages, observeMs: 6000 }).lastClientSeconds).toBe(2);
});

test('throughput is measured in the baseline and is back with the service', () => {
  expect(recovery({ outages: [{ fromMs: 0, toMs: 2000 }] })).toMatchObject({ baselineThroughputPerSecond: 50, throughputBackSeconds: 2 });
});

/** From the end of an outage of 2 s, every n-th write of the ledger is refused for 4 s more. */
const thinned =
  (every: number) =>
  (evidence: Evidence): void => {
    for (const operation of evidence.series.get('ledger')?.operations ?? []) {
      const afterNs = operation.dueNs - 17.1 * second;
      if (afterNs >= 0 && afterNs < 4 * second && operation.op % every === 0) operation.outcome = 'fail';
    }
  };

test('throughput that is short by more than the share comes back later, by less at once', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }];
  const scenario = { measure: { consecutive: 5 } };
  expect(recovery({ outages, scenario, observeMs: 12_000 }, thinned(10)).throughputBackSeconds).toBeCloseTo(6, 0);
  expect(recovery({ outages, scenario, observeMs: 12_000 }, thinned(50)).throughputBackSeconds).toBe(2);
  const generous = { measure: { consecutive: 5, throughputWithin: 0.2 } };
  expect(recovery({ outages, scenario: generous, observeMs: 12_000 }, thinned(10)).throughputBackSeconds).toBe(2);
});

test('answers that pause and are made up for are no loss of throughput', () => {
  const held = { fromMs: 5000, toMs: 5400, how: 'queued', series: ['ledger'] } as const;
  const outages = [{ fromMs: 0, toMs: 2000 }, { ...held, series: ['ledger'] }]; // prettier-ignore
  expect(recovery({ outages, observeMs: 12_000 }).throughputBackSeconds).toBe(2);
});

test('throughput that does not stay for three seconds is not back', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 4500, toMs: 5000 }]; // prettier-ignore
  const evidence = syntheticRun({ outages, observeMs: 20_000 });
  const ledger = evidence.series.get('ledger');
  if (ledger === undefined) throw new Error('no ledger');
  const backNs = throughputBackNs(ledger, { perSecond: 50, share: 0.05, fromNs: 17.1 * second, toNs: 30 * second });
  expect(backNs).toBeGreaterThanOrEqual(20 * second);
  expect(backNs).toBeLessThanOrEqual(20.3 * second);
  expect(throughputBackNs(ledger, { perSecond: 60, share: 0.05, fromNs: 17.1 * second, toNs: 30 * second })).toBeNull();
  expect(throughputBackNs(ledger, { perSecond: 50, share: 0.05, fromNs: 17.1 * second, toNs: 19 * second })).toBeNull();
});

test('redundancy is whole when the last member streams on the timeline of the primary', () => {
  // The heal begins 5 s after the outage; pg1 streams 2 s later.
  expect(recovery({ outages: [{ fromMs: 0, toMs: 2000 }] }).redundancyWholeSeconds).toBeCloseTo(9, 0);
});

test('a member that is on another timeline, does not stream, leads as well or is gone leaves redundancy broken', () => {
  const samples = (bend: (one: MemberSample) => unknown) => (evidence: Evidence) => {
    evidence.members.forEach((one) => one.member === 'pg3' && one.atNs > 16 * second && bend(one));
  };
  const final = (bend: (one: MemberFinal) => unknown) => (evidence: Evidence) => {
    evidence.final?.members.forEach((one) => one.member === 'pg3' && bend(one));
  };
  const bends: [inSamples: (evidence: Evidence) => void, atTheEnd: (evidence: Evidence) => void][] = [
    [samples(({ sql }) => sql !== null && (sql.timeline = 1)), final(({ sql }) => sql !== null && (sql.timeline = 1))],
    [samples((one) => (delete one.sql?.upstream, (one.agent = null))), final(({ sql }) => delete sql?.walReceiver)],
    [samples(({ sql }) => sql !== null && (sql.inRecovery = false)), final(({ sql }) => sql !== null && (sql.inRecovery = false))],
    [samples((one) => (one.sql = null)), final((one) => (one.sql = null))],
  ];
  const options = { outages: [{ fromMs: 0, toMs: 2000 }] };
  for (const [inSamples, atTheEnd] of bends) {
    const both = (evidence: Evidence): void => (inSamples(evidence), atTheEnd(evidence));
    expect(recovery(options, both).redundancyWholeSeconds).toBeNull();
    // The samples had not caught up when the drill ended, but the final state is whole: by then, at the latest.
    expect(recovery(options, inSamples).redundancyWholeSeconds).toBe(15.5);
  }
});

test('either word for streaming will do: the receiver’s upstream or the agent’s state', () => {
  const bend = ({ members }: Evidence): void => members.forEach(({ sql }) => delete sql?.upstream);
  expect(recovery({ outages: [{ fromMs: 0, toMs: 2000 }] }, bend).redundancyWholeSeconds).toBeCloseTo(9, 0);
});

test('redundancy that was never broken is whole from the start; unsampled, the final state tells', () => {
  expect(recovery({ outages: [], failover: 'none' }).redundancyWholeSeconds).toBe(0);
  const blind = (evidence: Evidence): void => void (evidence.members = []);
  expect(recovery({ outages: [{ fromMs: 0, toMs: 2000 }] }, blind).redundancyWholeSeconds).toBe(15.5);
  const nothing = (evidence: Evidence): void => void ((evidence.members = []), (evidence.final = null));
  expect(recovery({ outages: [{ fromMs: 0, toMs: 2000 }] }, nothing).redundancyWholeSeconds).toBeNull();
});

test('where no fault took hold nothing is measured from it', () => {
  const unproven = (evidence: Evidence): void => evidence.faults.forEach((fault) => (fault.activeNs = null));
  expect(recovery({}, unproven)).toEqual({
    lastClientSeconds: null,
    throughputBackSeconds: null,
    baselineThroughputPerSecond: 50,
    redundancyWholeSeconds: null,
  });
});

test('outcomes are counted by the second in which they came, without gaps', () => {
  const evidence = syntheticRun({ outages: [{ fromMs: 900, toMs: 2900 }] });
  const ledger = evidence.series.get('ledger');
  if (ledger === undefined) throw new Error('no ledger');
  const last = ledger.operations.at(-1);
  if (last !== undefined) Object.assign(last, { outcome: 'info', endNs: null });
  const counts = perSecond(ledger);
  expect(counts.map(({ second: at }) => at)).toEqual(counts.map((_, index) => 10 + index));
  expect(counts.find((count) => count.second === 16)).toMatchObject({ ok: 0, fail: 50, info: 0 });
  expect(counts.at(-1)?.info).toBe(1);
  expect(counts.reduce((sum, { ok, fail, info }) => sum + ok + fail + info, 0)).toBe(ledger.operations.length);
});
