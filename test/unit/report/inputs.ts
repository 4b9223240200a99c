import type { ReportInput } from '../../../src/report/model.ts';
import { second, syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';
import { at, check, checks, objective, rto, scores } from './judged.ts';

/** What every input starts from: a synthetic run, and what scoring would say of it. */
function inputOf(options: SyntheticOptions, judged: Omit<ReportInput, 'evidence'>): ReportInput {
  const evidence = syntheticRun(options);
  const { run } = evidence;
  run.scenarioHash = '9f2c4d1e77ab30c58812'.padEnd(64, '4');
  run.images = {
    postgres: { reference: 'pgdrill/postgres:17-3fa9c1d2', digest: `sha256:${'a71c'.repeat(16)}` },
    etcd: { reference: 'pgdrill/etcd:trixie-88d1', digest: `sha256:${'0be2'.repeat(16)}` },
  };
  run.environment = { kernel: '6.1.0-29-amd64', engine: 'Docker 20.10.24', cpus: 2, 'memory MiB': 24_576, pgdrill: '0.1.0' };
  run.notSimulated = [
    'SIGKILL keeps the page cache, so this is no power loss of the disk.',
    'A killed container answers with RST; a lost host would not answer at all.',
  ];
  return { evidence, ...judged };
}

/** Everything by the book. */
export function passing(): ReportInput {
  return inputOf(
    {
      scenario: {
        name: 'primary-container-kill',
        title: 'The primary’s container is killed',
        description: 'A Patroni cluster of three loses its leader’s container.',
      },
    },
    {
      scores: scores(),
      checks: checks(),
      objectives: [
        objective('rto.rw', 30, 's', 19.85, true),
        objective('rpo.transactions', 0, 'transactions', 0, true),
        objective('failover', 'expected', '', 'pg1 → pg2', true),
      ],
      verdict: { verdict: 'pass', reasons: [] },
    },
  );
}

/** A paused primary that wakes up and takes writes beside the new one: 17 lost, and SINGLE fails. */
export function zombie(): ReportInput {
  const lost = Array.from({ length: 17 }, (_, index) => 236 + index);
  const input = inputOf(
    {
      scenario: {
        name: 'primary-pause',
        title: 'The primary is paused longer than its lease',
        timeline: [{ at: '0s', fault: 'pause', target: 'primary', for: '40s' }],
        expected: {
          verdict: 'fail',
          failing: ['RPO', 'SINGLE', 'rpo.transactions', 'rpo.bytes'],
          because: 'without a watchdog nothing fences a primary that wakes up',
        },
      },
      lost: { ledger: 17 },
    },
    {
      scores: scores({ rpo: { ...scores().rpo, transactions: 17, seconds: 0.34, bytes: 5432, lost: { ledger: lost } } }),
      checks: checks([
        check(
          'RPO',
          'Are all acknowledged writes there?',
          '17 of 1,764 acknowledged writes are not there.',
          lost.map((op) => ({
            what: `ledger #${op} was acknowledged and is not in the table`,
            atNs: at(-0.36 + (op - 236) * 0.02),
            operations: [{ series: 'ledger', op }],
          })),
          'fail',
        ),
        check(
          'SINGLE',
          'Did two members ever accept writes at once?',
          'pg1 and pg2 both accepted writes for 1.2 s.',
          [
            {
              what: 'member-pg1 #412 and member-pg2 #411 were both accepted',
              atNs: at(20.4),
              node: 'pg1',
              operations: [
                { series: 'member-pg1', op: 412 },
                { series: 'member-pg2', op: 411 },
              ],
            },
          ],
          'fail',
        ),
      ]),
      objectives: [
        objective('rto.rw', 30, 's', 19.85, true),
        objective('rpo.transactions', 0, 'transactions', 17, false),
        objective('rpo.bytes', 0, 'bytes', 5432, false),
      ],
      verdict: {
        verdict: 'fail',
        reasons: [
          'SINGLE: pg1 and pg2 both accepted writes for 1.2 s',
          'RPO: 17 acknowledged writes are lost',
          'rpo.transactions: 17, limit 0',
        ],
      },
    },
  );
  const proof = {
    summary: 'container pg1.db: paused, its processes are frozen',
    readings: { paused: true, state: 'D (frozen)', pid: 4711 },
  };
  input.evidence.faults = input.evidence.faults.map((fault) => ({
    ...fault,
    fault: '1-pause',
    kind: 'pause',
    params: { seconds: 40 },
    changes: fault.changes.map((change) => (change.state === 'active' ? { ...change, evidence: proof } : change)),
  }));
  return input;
}

/** The measurement cannot be trusted. */
export function inconclusive(): ReportInput {
  const input = inputOf(
    { outages: [], failover: 'none' },
    {
      scores: scores({
        rto: {},
        all: [],
        outage: [],
        rpo: { ...scores().rpo, transactions: null, seconds: null, bytes: null, bytesMethod: 'the final state could not be read' },
      }),
      checks: checks([check('SINGLE', 'Did two members ever accept writes at once?', 'pg3 was not asked for 12 s.', [], 'unknown')]),
      objectives: [objective('rto.rw', 30, 's', null, null, 'the fault was never proven')],
      verdict: {
        verdict: 'inconclusive',
        reasons: ['1-container-kill was never proven to be in effect', 'client lag p99 41 ms exceeds 25 ms'],
      },
    },
  );
  input.evidence.faults = input.evidence.faults.map((fault) => ({
    ...fault,
    activeNs: null,
    healedNs: null,
    failed: 'waited 10.0s for the container to be gone; last seen: running',
    changes: fault.changes.filter(({ state }) => state === 'planned' || state === 'injecting'),
  }));
  input.evidence.final = null;
  input.evidence.warnings = [
    {
      type: 'warning',
      atNs: 12 * second,
      code: 'client-lag',
      message: 'client lag p99 41 ms exceeds half of the probe interval (25 ms)',
      invalidates: true,
    },
  ];
  input.evidence.parameters.push({ type: 'parameter', atNs: second, name: 'retry_timeout', asked: '12', inForce: '5' });
  input.evidence.defects = ['history/final.json is missing'];
  input.evidence.host = [];
  return input;
}

/** Writes never came back while anyone looked. */
export function censored(): ReportInput {
  const rw = rto('rw-persistent', 'rw', null, {
    censored: true,
    lower: 58.2,
    upper: Number.POSITIVE_INFINITY,
    refusedSeconds: 58.2,
    flaps: 1,
    firstRefusedNs: at(0.05),
    lastRefusedNs: at(58.2),
    slots: { total: 1264, refused: 1164, accepted: 100 },
  });
  return inputOf(
    {
      outages: [{ fromMs: 0, toMs: 120_000, how: 'hang' }],
      observeMs: 60_000,
      failover: 'none',
      scenario: { name: 'etcd-majority-lost', title: 'Two of three etcd members are lost' },
    },
    {
      scores: scores({
        rto: { rw },
        all: [rw],
        outage: [{ edge: 'unexplained', fromNs: at(0), toNs: at(58.2), seconds: 58.2, source: null, detail: 'no leader was elected' }],
        recovery: { lastClientSeconds: null, throughputBackSeconds: null, baselineThroughputPerSecond: 50, redundancyWholeSeconds: null },
      }),
      checks: checks([
        check(
          'LIVE',
          'Is every route writable again?',
          'rw was refused until the end.',
          [{ what: 'rw was refused for at least 58.20 s' }],
          'fail',
        ),
      ]),
      objectives: [objective('rto.rw', 30, 's', 58.2, false, 'at least; the outage had not ended')],
      verdict: { verdict: 'fail', reasons: ['rto.rw: at least 58.20 s, limit 30 s'] },
    },
  );
}

export const inputs = { passing, zombie, inconclusive, censored };
