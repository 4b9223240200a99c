import { expect, test } from 'vitest';
import type { CheckResult } from '../../../src/contract/check.ts';
import type { Evidence, FaultRecord, Series } from '../../../src/history/evidence.ts';
import { limitsOf } from '../../../src/score/limits.ts';
import { judgeObjectives } from '../../../src/score/objectives.ts';
import { scoreRun } from '../../../src/score/score.ts';
import type { Verdict } from '../../../src/score/types.ts';
import { decideVerdict } from '../../../src/score/verdict.ts';
import { ms, second, syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';

type Bend = (evidence: Evidence) => unknown;
type Checks = { name: string; result: CheckResult }[];

const check = (name: string, outcome: CheckResult['outcome'], summary = `${name} was looked at`): Checks[number] => ({
  name,
  result: { outcome, summary, offences: [] },
});

function judge(
  bend: Bend = () => {},
  checks: Checks = [check('RPO', 'pass')],
  options: SyntheticOptions = {},
): { verdict: Verdict; reasons: string[] } {
  const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 4000 }], ...options });
  bend(evidence);
  const scores = scoreRun(evidence);
  const objectives = judgeObjectives(evidence, scores, limitsOf(evidence.scenario.objectives));
  return decideVerdict({ evidence, checks, objectives, scores });
}

const fault = ({ faults }: Evidence): FaultRecord => faults[0] as FaultRecord;
const series = (evidence: Evidence, name: string): Series => evidence.series.get(name) as Series;
const baselineOp = (evidence: Evidence, name: string) => {
  const found = series(evidence, name).operations[30];
  if (found === undefined) throw new Error(`no operation of ${name}`);
  return found;
};

test('a drill by the book passes, and says of how much', () => {
  expect(judge()).toEqual({ verdict: 'pass', reasons: ['All 3 objectives were met and all 1 checks passed.'] });
});

/** What makes a measurement worthless, planted one by one into a drill that would pass. */
const invalidating: [what: string, bend: Bend, reason: RegExp][] = [
  ['a fault that was never injected', (e) => Object.assign(fault(e), { injectedNs: null }), /^Fault 1-container-kill was never injected\.$/],
  ['a fault that is missing', (e) => (e.faults = []), /^Only 0 of the 1 faults of the timeline were recorded\.$/],
  ['a fault never proven', (e) => Object.assign(fault(e), { activeNs: null, failed: 'still up' }), /never proven to be in effect: still up\.$/],
  ['a fault that failed later', (e) => (fault(e).failed = 'no engine'), /^Fault 1-container-kill failed: no engine\.$/],
  ['a heal never proven', (e) => (fault(e).healedNs = null), /never proven to be gone\.$/],
  ['a heal never begun', (e) => Object.assign(fault(e), { healedNs: null, healingNs: null }), /gone, nor was its heal begun\.$/],
  ['an effect dated too late', (e) => (fault(e).activeNs = 15.5 * second), /dated 4\d\d ms after rw-persistent was first refused/],
  ['a phase that failed', (e) => e.phases.forEach((one) => one.phase === 'settle' && (one.failed = 'no etcd')), /^Phase settle failed: no etcd\.$/],
  ['no baseline', (e) => (e.phases = e.phases.filter(({ phase }) => phase !== 'baseline')), /^The baseline was not measured to its end\.$/],
  ['a baseline cut short', (e) => e.phases.forEach((one) => one.phase === 'baseline' && (one.endNs = 10.2 * second)), /rw-persistent had 4 slots in the baseline, and needs 10\.$/],
  ['a refused slot in the baseline', (e) => Object.assign(baselineOp(e, 'rw-new'), { outcome: 'fail', error: { code: '57P03', message: '' } }), /1 of \d+ slots of rw-new were not served, first 30 \(57P03\)\.$/],
  ['a probe without a connection in the baseline', (e) => Object.assign(baselineOp(e, 'rw-new'), { outcome: 'fail', error: { code: 'no-connection', message: '' } }), /slots of rw-new were not served/],
  ['a refused read in the baseline', (e) => (baselineOp(e, 'ro-persistent').outcome = 'fail'), /slots of ro-persistent were not served/],
  ['an unknown outcome in the baseline', (e) => Object.assign(baselineOp(e, 'ledger'), { outcome: 'info', endNs: null }), /slots of ledger were not served/],
  ['no client on a route', (e) => e.series.forEach(({ declared }) => !declared.route.startsWith('member') && e.series.delete(declared.series)), /^No client measured a route\.$/],
  ['a client cut off', (e) => (e.clientEnded = false), /^The client did not end its history in good order\.$/],
  ['a defective file', (e) => e.defects.push('history/client.jsonl: line 7: not a JSON object'), /^The run folder is defective: history\/client\.jsonl: line 7/],
  ['a client that lags', (e) => e.lag.forEach((one) => one.source === 'client' && (one.p99Ms = 26, one.maxMs = 30, one.p50Ms = 20)), /^The client did not keep up: .* above 25 ms/],
  ['a harness that lags', (e) => e.lag.forEach((one) => one.source === 'harness' && (one.p99Ms = 26, one.maxMs = 30, one.p50Ms = 20)), /^The harness did not keep up/],
  ['a client whose lag nobody recorded', (e) => (e.lag = e.lag.filter(({ source }) => source !== 'client')), /^Whether the client kept up was not recorded\.$/],
  ['a harness whose lag nobody recorded', (e) => (e.lag = e.lag.filter(({ source }) => source !== 'harness')), /^Whether the harness kept up was not recorded\.$/],
  ['a warning that invalidates', (e) => e.warnings.push({ type: 'warning', atNs: 1, code: 'lease-not-renewed', message: 'twice', invalidates: true }), /^Warning lease-not-renewed: twice\.$/],
  ['clocks too far apart', (e) => e.clocks.forEach((one) => (one.boundNs = 51 * ms)), /^The clock of client1 may be 51\.0 ms apart, more than a probe interval of 50 ms\.$/],
  ['an offset on another kernel', (e) => e.clocks.forEach((one) => Object.assign(one, { sameKernel: false, offsetNs: -60 * ms })), /may be 60\.2 ms apart/],
  ['no clock handshake', (e) => (e.clocks = []), /^How far the clocks of client and harness are apart was not recorded\.$/],
  ['no final state', (e) => (e.final = null), /^The final state was never captured\.$/],
  ['a gap in the final state', (e) => e.final?.gaps.push('rows: timeout'), /^The final state has a gap: rows: timeout\.$/],
]; // prettier-ignore

test.each(invalidating)('%s makes it inconclusive', (_what, bend, reason) => {
  const { verdict, reasons } = judge(bend);
  expect(verdict).toBe('inconclusive');
  expect(reasons).toContainEqual(expect.stringMatching(reason));
});

/** Due a millisecond before the fault was injected, and never answered. */
const caughtAtTheEndOfTheBaseline: Bend = (evidence) => {
  fault(evidence).injectedNs = 15 * second;
  const last = series(evidence, 'rw-new').operations.findLast(({ dueNs }) => dueNs < 15 * second);
  Object.assign(last ?? {}, { outcome: 'info', dueNs: 14.999 * second, endNs: 15.999 * second });
};

/** What is no fault of the measurement must not be taken for one. */
const harmless: [what: string, bend: Bend][] = [
  ['a slow second or two of an event loop', (e) => e.lag.slice(10, 13).forEach((one) => Object.assign(one, { p99Ms: 26, maxMs: 60 }))],
  ['lag before the baseline', (e) => e.lag.push({ type: 'lag', source: 'client', atNs: second, windowNs: second, p50Ms: 900, p99Ms: 950, maxMs: 990, cpuMs: 1 })],
  ['a warning that does not invalidate', (e) => e.warnings.push({ type: 'warning', atNs: 1, code: 'parameter-differs', message: 'ttl', invalidates: false })],
  ['a member that was refused in the baseline', (e) => (baselineOp(e, 'member-pg2').outcome = 'fail')],
  ['an offset on one kernel', (e) => e.clocks.forEach((one) => (one.offsetNs = 80 * ms))],
  ['a slot on its way when the fault came', caughtAtTheEndOfTheBaseline],
  ['a workload that asks for more than its own connections can carry', (e) => Object.assign(baselineOp(e, 'ledger'), { outcome: 'fail', error: { code: 'no-connection', message: '' } })],
  ['a workload with few operations in the baseline', (e) => series(e, 'bank').operations.splice(0, 45)],
  ['a release that failed', (e) => e.phases.push({ phase: 'release', startNs: 1, endNs: 2, failed: 'a volume is left', detail: null })],
]; // prettier-ignore

test.each(harmless)('%s does not stand in the way of a pass', (_what, bend) => {
  expect(judge(bend)).toMatchObject({ verdict: 'pass' });
});

test('a missed objective fails, and says by how much', () => {
  const { verdict, reasons } = judge(() => {}, [], { scenario: { objectives: { rto: { rw: '3s' } } } });
  expect(verdict).toBe('fail');
  expect(reasons).toEqual([expect.stringMatching(/^Objective rto\.rw was missed: 4 s against 3 s \(between .*\)\.$/)]);
});

test('a failed check fails', () => {
  expect(judge(() => {}, [check('TL', 'pass'), check('SINGLE', 'fail', 'two members took writes')])).toEqual({
    verdict: 'fail',
    reasons: ['Check SINGLE failed: two members took writes.'],
  });
});

test('a question without an answer is inconclusive', () => {
  expect(judge(() => {}, [check('SEQ', 'unknown', 'nothing to look at')])).toEqual({
    verdict: 'inconclusive',
    reasons: ['Check SEQ has no answer: nothing to look at.'],
  });
  const unmeasured = judge(() => {}, [], { scenario: { objectives: { rto: { admin: '3s' } } } });
  expect(unmeasured).toMatchObject({
    verdict: 'inconclusive',
    reasons: [expect.stringMatching(/^Objective rto\.admin could not be measured/)],
  });
});

test('a failure outranks a question without an answer', () => {
  const { verdict, reasons } = judge(() => {}, [check('SEQ', 'unknown'), check('TL', 'fail')]);
  expect(verdict).toBe('fail');
  expect(reasons).toEqual([expect.stringMatching(/^Check TL failed/), expect.stringMatching(/^Check SEQ has no answer/)]);
});

const lagging: Bend = ({ lag }) => lag.forEach((one) => Object.assign(one, { p50Ms: 40, p99Ms: 50, maxMs: 60 }));

test('lost rows are a fact, however badly time was measured', () => {
  const { verdict, reasons } = judge(lagging, [], { lost: { ledger: 2 } });
  expect(verdict).toBe('fail');
  expect(reasons[0]).toMatch(/^Objective rpo\.transactions was missed: 2 transactions against 0 transactions/);
  expect(reasons).toContainEqual(expect.stringMatching(/^The client did not keep up/));
});

test('a failed check is a fact even where the fault was never proven', () => {
  expect(judge((e) => (fault(e).activeNs = null), [check('RPO', 'fail')])).toMatchObject({ verdict: 'fail' });
});

test('an RTO beyond its limit is no fact where time was measured badly', () => {
  const { verdict, reasons } = judge(lagging, [], { scenario: { objectives: { rto: { rw: '3s' } } } });
  expect(verdict).toBe('inconclusive');
  expect(reasons.at(-1)).toMatch(/^Objective rto\.rw was missed/);
});

test('a failover that did not come is no fact where the fault was never proven', () => {
  const { verdict } = judge((e) => (fault(e).failed = 'no proof'), [], { failover: 'none' });
  expect(verdict).toBe('inconclusive');
});

test('what converge and observe did not reach is a finding, and no defect of the measurement', () => {
  const late: Bend = ({ phases }) =>
    phases.forEach((one) => (one.phase === 'converge' || one.phase === 'observe') && (one.failed = 'budget used up'));
  expect(judge(late, [check('FOLLOW', 'fail')])).toEqual({ verdict: 'fail', reasons: [expect.stringMatching(/^Check FOLLOW failed/)] });
  expect(judge(late)).toMatchObject({ verdict: 'pass' });
});

test('a guard aborts, whatever else there is', () => {
  const guard: Bend = (e) => (e.stopped = { by: 'guard', reason: 'the disk is full', atNs: 20 * second });
  const { verdict, reasons } = judge(guard, [check('RPO', 'fail')]);
  expect(verdict).toBe('aborted');
  expect(reasons).toEqual(['A guard stopped the drill: the disk is full.', expect.stringMatching(/^Check RPO failed/)]);
});

test('an interrupted drill is inconclusive, for its end was not seen', () => {
  const interrupt: Bend = (e) => (e.stopped = { by: 'interrupt', reason: 'Ctrl-C', atNs: 20 * second });
  const { verdict, reasons } = judge(interrupt, [check('REJOIN', 'fail')]);
  expect(verdict).toBe('inconclusive');
  expect(reasons[0]).toBe('The drill was interrupted before its end: Ctrl-C.');
});

test('every reason is one sentence, told once', () => {
  const everything: Bend = (e) =>
    invalidating
      .slice(3, 6)
      .concat(invalidating.slice(16))
      .forEach(([, bend]) => bend(e));
  const { reasons } = judge(everything, [check('RPO', 'fail'), check('TL', 'unknown')]);
  expect(reasons.length).toBeGreaterThan(8);
  expect(new Set(reasons).size).toBe(reasons.length);
  for (const reason of reasons) expect(reason).toMatch(/^[A-Z].*[^.]\.$/);
});
