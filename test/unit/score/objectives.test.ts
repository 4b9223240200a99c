import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/history/evidence.ts';
import { scenarioSchema, type ScenarioInput } from '../../../src/scenario/schema.ts';
import { limitsOf } from '../../../src/score/limits.ts';
import { judgeObjectives } from '../../../src/score/objectives.ts';
import { scoreRun } from '../../../src/score/score.ts';
import type { ObjectiveResult } from '../../../src/score/types.ts';
import { syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';

type Asked = NonNullable<ScenarioInput['objectives']>;

/** The one objective that is asked, judged on a drill with an outage of 4 s. */
function judged(asked: Asked, options: SyntheticOptions = {}, bend: (evidence: Evidence) => void = () => {}): ObjectiveResult {
  const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 4000 }], ...options, scenario: { ...options.scenario, objectives: asked } });
  bend(evidence);
  const results = judgeObjectives(evidence, scoreRun(evidence), limitsOf(evidence.scenario.objectives));
  expect(results).toHaveLength(1);
  return results[0] as ObjectiveResult;
}

test('an RTO within its limit is met, beyond it missed, with its interval', () => {
  expect(judged({ rto: { rw: '4s' } })).toMatchObject({ name: 'rto.rw', limit: 4, unit: 's', measured: 4, met: true, from: 'scenario' });
  expect(judged({ rto: { rw: '3900ms' } })).toMatchObject({ measured: 4, met: false });
  expect(judged({ rto: { rw: '4s' } }).note).toMatch(/^between 3\.950 s and 4\.00\d s by rw-persistent$/);
});

test('a censored RTO has missed what it outlasted, and says nothing of longer limits', () => {
  const forever = { outages: [{ fromMs: 0, toMs: 60_000 }], observeMs: 10_000 };
  expect(judged({ rto: { rw: '9s' } }, forever)).toMatchObject({ measured: 9.95, met: false });
  expect(judged({ rto: { rw: '30s' } }, forever)).toMatchObject({ measured: 9.95, met: null });
});

test('no outage meets a limit only where enough slots would have shown one', () => {
  expect(judged({ rto: { rw: '1s' } }, { outages: [] })).toMatchObject({ measured: null, met: true });
  const blind = (evidence: Evidence): void => {
    for (const { operations } of evidence.series.values()) operations.splice(operations.findIndex(({ dueNs }) => dueNs > 15.3e9));
  };
  expect(judged({ rto: { rw: '1s' } }, { outages: [] }, blind)).toMatchObject({ met: null, note: expect.stringMatching(/too few/) });
  const held = { outages: [{ fromMs: 0, toMs: 800, how: 'queued' as const }] };
  expect(judged({ rto: { rw: '500ms' } }, held)).toMatchObject({ measured: null, met: null });
  expect(judged({ rto: { rw: '1s' } }, held)).toMatchObject({ measured: null, met: true });
});

test('a route that nobody measured is unmeasured', () => {
  expect(judged({ rto: { admin: '1s' } })).toMatchObject({ name: 'rto.admin', measured: null, met: null });
});

test('RPO limits as transactions, seconds and bytes', () => {
  const lost = { lost: { ledger: 3 } };
  expect(judged({ rpo: { transactions: 3 } }, lost)).toMatchObject({ name: 'rpo.transactions', measured: 3, met: true });
  expect(judged({ rpo: { transactions: 2 } }, lost)).toMatchObject({ measured: 3, met: false });
  expect(judged({ rpo: { seconds: '50ms' } }, lost)).toMatchObject({ name: 'rpo.seconds', limit: 0.05, unit: 's', met: false });
  expect(judged({ rpo: { seconds: '80ms' } }, lost)).toMatchObject({ met: true });
  expect(judged({ rpo: { bytes: 65_536 } }, lost)).toMatchObject({ name: 'rpo.bytes', unit: 'bytes', measured: 65_536, met: true });
  expect(judged({ rpo: { bytes: 65_535 } }, lost)).toMatchObject({ met: false });
});

test.each(['transactions', 'bytes'] as const)('without a final state rpo.%s is unmeasured', (unit) => {
  expect(judged({ rpo: { [unit]: 0 } }, {}, (evidence) => (evidence.final = null))).toMatchObject({ measured: null, met: null });
});

test('redundancy within its limit; never back is missed once it was watched for longer', () => {
  expect(judged({ redundancy: '12s' })).toMatchObject({ name: 'redundancy', limit: 12, met: true });
  expect(judged({ redundancy: '10s' })).toMatchObject({ met: false });
  const broken = ({ members, final }: Evidence): void => {
    for (const one of members) if (one.member === 'pg1' && one.atNs > 15.1e9) one.sql = null;
    for (const one of final?.members ?? []) if (one.member === 'pg1') one.sql = null;
  };
  expect(judged({ redundancy: '10s' }, {}, broken)).toMatchObject({ measured: null, met: false });
  expect(judged({ redundancy: '5m' }, {}, broken)).toMatchObject({ measured: null, met: null });
});

test('a failover that was expected needs another primary on a higher timeline', () => {
  expect(judged({ failover: 'expected' })).toMatchObject({ name: 'failover', measured: 'failover', met: true });
  expect(judged({ failover: 'expected' }, { failover: 'none' })).toMatchObject({ measured: 'none', met: false });
  expect(judged({ failover: 'expected' }).note).toBe('pg1 on timeline 1, then pg2 on timeline 2');
});

test('a failover that was not to be: primary and timeline must both stay', () => {
  expect(judged({ failover: 'none' }, { failover: 'none' })).toMatchObject({ measured: 'none', met: true });
  expect(judged({ failover: 'none' })).toMatchObject({ measured: 'failover', met: false });
  const promotedInPlace = ({ final }: Evidence): void => final?.members.forEach(({ sql }) => sql !== null && (sql.timeline = 2));
  expect(judged({ failover: 'none' }, { failover: 'none' }, promotedInPlace)).toMatchObject({ measured: 'changed', met: false });
  expect(judged({ failover: 'expected' }, { failover: 'none' }, promotedInPlace)).toMatchObject({ met: false });
});

test('a failover cannot be told without a leader before and after', () => {
  expect(judged({ failover: 'none' }, {}, (evidence) => (evidence.members = []))).toMatchObject({ measured: null, met: null });
  expect(judged({ failover: 'none' }, {}, ({ final }) => final !== null && (final.primary = null))).toMatchObject({ met: null });
});

test('the scenario’s own word goes before that of its tier, item by item', () => {
  const objectives = (asked: Asked) => scenarioSchema.shape.objectives.parse(asked);
  const tier = { name: 'tier 1', objectives: objectives({ rto: { rw: '30s', ro: '5s' }, rpo: { transactions: 0 }, redundancy: '2m' }) };
  expect(limitsOf(objectives({ rto: { rw: '40s' }, failover: 'none' }), tier)).toEqual({
    rto: { rw: { limit: 40_000, from: 'scenario' }, ro: { limit: 5000, from: 'tier 1' } },
    transactions: { limit: 0, from: 'tier 1' },
    secondsMs: null,
    bytes: null,
    redundancyMs: { limit: 120_000, from: 'tier 1' },
    failover: { limit: 'none', from: 'scenario' },
  });
});
