import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/history/evidence.ts';
import { scoreRto } from '../../../src/score/rto.ts';
import type { RtoResult } from '../../../src/score/types.ts';
import { ms, second, syntheticRun, type PlantedOutage, type SyntheticOptions } from '../../support/synthetic-run.ts';

function rw(options: SyntheticOptions, bend: (evidence: Evidence) => void = () => {}): RtoResult {
  const evidence = syntheticRun(options);
  bend(evidence);
  return scoreRto(evidence).rto['rw'] as RtoResult;
}

const persistent = (outages: PlantedOutage[]): PlantedOutage[] => outages.map((outage) => ({ ...outage, series: ['rw-persistent'] }));

test('a planted outage is measured from the fault to its end, between the last refused and the first accepted slot', () => {
  const measured = rw({ outages: [{ fromMs: 0, toMs: 19_800 }] });
  expect(measured).toMatchObject({ seconds: 19.8, lower: 19.75, censored: false, flaps: 1, refusedSeconds: 19.8 });
  expect(measured.upper).toBeGreaterThan(19.8);
  expect(measured.upper).toBeLessThan(19.81);
});

test('the outage counts from the fault, the refused time from the first refused slot', () => {
  expect(rw({ outages: [{ fromMs: 2000, toMs: 5000 }] })).toMatchObject({ seconds: 5, refusedSeconds: 3, flaps: 1 });
});

test('where service outlasted the fault for the steady time, the outage counts from its first refused slot', () => {
  const late = { outages: [{ fromMs: 5000, toMs: 8000 }] };
  const measured = rw(late);
  expect(measured).toMatchObject({ seconds: 3, lower: 2.95, refusedSeconds: 3, flaps: 1, startNs: 20.1 * second });
  // It may have begun right after the slot before.
  expect(measured.upper).toBeGreaterThan(3.05);
  expect(rw({ ...late, scenario: { phases: { steady: '6s' } } })).toMatchObject({ seconds: 8, startNs: 15.1 * second });
});

test('outages with the steady time of service between them are measured each by itself', () => {
  const outages = [{ fromMs: 0, toMs: 200 }, { fromMs: 22_000, toMs: 22_100 }]; // prettier-ignore
  expect(rw({ outages })).toMatchObject({ seconds: 0.2, flaps: 2 });
  const longer = [{ fromMs: 0, toMs: 200 }, { fromMs: 22_000, toMs: 22_600 }]; // prettier-ignore
  expect(rw({ outages: longer })).toMatchObject({ seconds: 0.6, flaps: 2, startNs: 37.1 * second });
});

test('writes that were held do not credit the service with the time in which it held them', () => {
  const measured = rw({ outages: persistent([{ fromMs: 0, toMs: 3210, how: 'queued' }]) });
  // Slots from 2250 ms on were due before the end and acknowledged after it.
  expect(measured.lastRefusedNs).toBe(15.1 * second + 2200 * ms);
  expect(measured.seconds).toBeGreaterThan(3.2);
  expect(measured.seconds).toBeLessThan(3.22);
});

test('service is back for good when the last outage is over; the others are flaps', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 4000, toMs: 4500 }, { fromMs: 6000, toMs: 6050 }]; // prettier-ignore
  expect(rw({ outages })).toMatchObject({ seconds: 6.05, flaps: 3, refusedSeconds: 2.55 });
});

test('too few accepted slots in a row are no return', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 2450, toMs: 3000 }]; // prettier-ignore
  expect(rw({ outages })).toMatchObject({ seconds: 3, flaps: 1, refusedSeconds: 3 });
  expect(rw({ outages, scenario: { measure: { consecutive: 9 } } })).toMatchObject({ seconds: 3, flaps: 2, refusedSeconds: 2.55 });
});

test('an acknowledged write that is missing at the end was not accepted', () => {
  const measured = rw({ outages: [{ fromMs: 0, toMs: 2000 }] }, ({ final }) => {
    // Slot 142 was due 2 s after the fault: the first four acknowledged writes are gone.
    if (final?.rows?.['rw-persistent'] !== undefined) final.rows['rw-persistent'] = [[0, 101], [146, 9999]]; // prettier-ignore
  });
  expect(measured).toMatchObject({ series: 'rw-persistent', seconds: 2.2, lower: 2.15 });
});

test('without a final state an acknowledgement has to do', () => {
  expect(rw({ outages: [{ fromMs: 0, toMs: 2000 }] }, (evidence) => (evidence.final = null))).toMatchObject({ seconds: 2 });
});

test('an outage that only the heal of the drill ends is censored', () => {
  const measured = rw({ outages: [{ fromMs: 0, toMs: 12_000 }], observeMs: 10_000 });
  expect(measured).toMatchObject({ censored: true, recoveredNs: null, lower: 9.95, seconds: 9.95, upper: 10, refusedSeconds: 10 });
});

test('an outage that lasts to the end of the history is censored', () => {
  const measured = rw({ outages: [{ fromMs: 2000, toMs: 60_000 }], observeMs: 10_000 });
  expect(measured).toMatchObject({ censored: true, lower: 9.95, refusedSeconds: 8 });
});

test('an outage that had only just begun when the looking stopped does not hide a longer one before it', () => {
  const outages = [{ fromMs: 0, toMs: 6000 }, { fromMs: 9800, toMs: 60_000 }]; // prettier-ignore
  const measured = rw({ outages, observeMs: 10_000 });
  expect(measured).toMatchObject({ censored: true, recoveredNs: null, lower: 6, seconds: 6, upper: 6, flaps: 2 });
  expect(measured.startNs).toBeGreaterThan(20 * second);
});

test('where the drill mends nothing, the clients are watched until they are stopped', () => {
  const measured = rw({ outages: [{ fromMs: 0, toMs: 12_000 }], observeMs: 10_000 }, ({ faults }) => {
    // The timeline had ended the fault before.
    if (faults[0] !== undefined) faults[0].healingNs = 15.2 * second;
  });
  expect(measured).toMatchObject({ censored: false, seconds: 12 });
});

test('an outage after the heal is measured by itself, and is the RTO only where it is the longest', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 11_000, toMs: 11_500 }]; // prettier-ignore
  const measured = rw({ outages, observeMs: 10_000 });
  expect(measured).toMatchObject({ seconds: 2, flaps: 2, refusedSeconds: 2.5 });
  expect(measured.outages.map(({ after }) => after)).toEqual(['fault', 'heal']);
  const longer = rw({ outages: [{ fromMs: 0, toMs: 400 }, { fromMs: 11_000, toMs: 11_500 }], observeMs: 10_000 }); // prettier-ignore
  expect(longer).toMatchObject({ seconds: 0.5, startNs: 26.1 * second });
});

test('outages after the heal are not added up where service was back for good in between', () => {
  const outages = [{ fromMs: 0, toMs: 400 }, { fromMs: 11_000, toMs: 11_500 }, { fromMs: 15_000, toMs: 15_300 }]; // prettier-ignore
  expect(rw({ outages, observeMs: 10_000 })).toMatchObject({ seconds: 0.5, flaps: 3 });
});

test('the heal of a fault that was never proven is an event as well', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 11_000, toMs: 11_500 }]; // prettier-ignore
  const measured = rw({ outages, observeMs: 10_000 }, ({ faults }) => {
    const [first] = faults;
    if (first === undefined) throw new Error('no fault');
    faults.push({ ...first, fault: '2-pause', activeNs: null });
    first.healingNs = first.activeNs;
  });
  expect(measured).toMatchObject({ censored: false, seconds: 2, refusedSeconds: 2.5 });
  expect(measured.outages[1]).toMatchObject({ after: 'heal', fault: '2-pause' });
});

test('a slot on its way when the fault struck counts, from the fault on', () => {
  const measured = rw({ outages: [] }, (evidence) => {
    const caught = evidence.series.get('rw-persistent')?.operations[101];
    if (caught !== undefined) Object.assign(caught, { outcome: 'info', endNs: 15.2 * second });
  });
  expect(measured).toMatchObject({ flaps: 1, seconds: 0, firstRefusedNs: 15.1 * second });
});

test('a slot that was over before the fault does not, nor one that was due when the clients were being stopped', () => {
  const measured = rw({ outages: [] }, (evidence) => {
    const { operations } = evidence.series.get('rw-persistent') ?? {};
    const examineNs = evidence.phases.find(({ phase }) => phase === 'examine')?.startNs ?? 0;
    Object.assign(operations?.[101] ?? {}, { outcome: 'fail', endNs: 15.09 * second });
    Object.assign(operations?.at(-1) ?? {}, { outcome: 'fail', dueNs: examineNs });
  });
  expect(measured).toMatchObject({ flaps: 0, seconds: null });
});

test('what was on its way when the heal began belongs to the heal', () => {
  const outages = [{ fromMs: 0, toMs: 2000 }, { fromMs: 10_000, toMs: 10_300 }]; // prettier-ignore
  const measured = rw({ outages, observeMs: 10_002 });
  expect(measured.outages.map(({ after }) => after)).toEqual(['fault', 'heal']);
  expect(measured).toMatchObject({ seconds: 2, censored: false });
});

test('no refused slot: no outage was seen, and the longest hold bounds what could hide', () => {
  const quiet = rw({ outages: [] });
  expect(quiet).toMatchObject({ seconds: null, lower: 0, censored: false, flaps: 0, refusedSeconds: 0 });
  expect(quiet.upper).toBeLessThan(0.056);
  const held = rw({ outages: [{ fromMs: 0, toMs: 800, how: 'queued' }] });
  expect(held.seconds).toBeNull();
  expect(held.upper).toBeGreaterThan(0.8);
  expect(held.upper).toBeLessThan(0.86);
});

test('the worst series is the route’s, and a censored one is worse than any that ended', () => {
  const outages = [{ fromMs: 0, toMs: 2000, series: ['rw-persistent'] }, { fromMs: 0, toMs: 3000, series: ['rw-new'] }]; // prettier-ignore
  expect(rw({ outages })).toMatchObject({ series: 'rw-new', seconds: 3 });
  const forever = [{ fromMs: 8000, toMs: 60_000, series: ['rw-persistent'] }, { fromMs: 0, toMs: 8900, series: ['rw-new'] }]; // prettier-ignore
  expect(rw({ outages: forever, observeMs: 9000 })).toMatchObject({ series: 'rw-persistent', censored: true });
});

test('members asked directly are no route, workloads are listed but are not the route’s figure', () => {
  const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 3000, series: ['ledger'] }] });
  const { rto, all } = scoreRto(evidence);
  expect(all.map(({ series }) => series)).toEqual(['rw-persistent', 'rw-new', 'ro-persistent', 'ledger', 'bank']);
  expect(all.find(({ series }) => series === 'ledger')).toMatchObject({ seconds: 3 });
  expect(rto['rw']).toMatchObject({ seconds: null });
});

test('a read is accepted only where a server answered', () => {
  const evidence = syntheticRun({ outages: [] });
  const reads = evidence.series.get('ro-persistent')?.operations ?? [];
  for (const operation of reads.slice(110, 130)) operation.value = {};
  expect(scoreRto(evidence).rto['ro']).toMatchObject({ seconds: 1.4, lower: 1.35 });
});

test('slots that left no record are not accepted', () => {
  const evidence = syntheticRun({ outages: [] });
  evidence.series.get('rw-new')?.operations.splice(110, 20);
  expect(scoreRto(evidence).rto['rw']).toMatchObject({ series: 'rw-new', seconds: 1.4, lower: 1.35 });
});

test('where no fault took hold there is nothing to measure from', () => {
  const evidence = syntheticRun();
  for (const fault of evidence.faults) fault.activeNs = null;
  expect(scoreRto(evidence)).toEqual({ rto: {}, all: [] });
});

test('a second fault right after the return is measured from that fault', () => {
  const measured = rw(
    {
      outages: [
        { fromMs: 0, toMs: 2000 },
        { fromMs: 4000, toMs: 4500 },
      ],
    },
    ({ faults }) => {
      // prettier-ignore
      const [first] = faults;
      if (first !== undefined) faults.push({ ...first, fault: '2-container-kill', injectedNs: 19 * second, activeNs: 19.1 * second });
    },
  );
  expect(measured).toMatchObject({ seconds: 2, flaps: 2 });
});

test('what was healed before any fault took hold starts no measurement', () => {
  const measured = rw({ outages: [{ fromMs: 0, toMs: 2000 }] }, ({ faults }) => {
    const [first] = faults;
    if (first !== undefined) faults.push({ ...first, fault: '0-pause', activeNs: null, healingNs: 14 * second });
  });
  expect(measured).toMatchObject({ seconds: 2, startNs: 15.1 * second });
  const quiet = rw({ outages: [] }, ({ faults }) => {
    const [first] = faults;
    if (first !== undefined) faults.push({ ...first, fault: '0-pause', activeNs: null, healingNs: 14 * second });
  });
  expect(quiet).toMatchObject({ seconds: null, startNs: 15.1 * second });
});

test('a second fault starts a measurement of its own', () => {
  const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 2000 }, { fromMs: 8000, toMs: 11_000 }] }); // prettier-ignore
  const [first] = evidence.faults;
  if (first === undefined) throw new Error('no fault');
  evidence.faults.push({ ...first, fault: '2-container-kill', injectedNs: 23 * second, activeNs: 23.1 * second });
  expect(scoreRto(evidence).rto['rw']).toMatchObject({ seconds: 3, startNs: 23.1 * second, flaps: 2, refusedSeconds: 5 });
});
