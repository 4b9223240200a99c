import { describe, expect, it } from 'vitest';
import type { Ended } from '../../../src/cli/drills.ts';
import type { Look } from '../../../src/cli/output.ts';
import { runsTable, summaryLines, type SummaryModel } from '../../../src/cli/summary.ts';

const look: Look = { live: false, colour: false, unicode: true, columns: 80, rows: 24 };
const html = 'reports/runs/primary-container-kill-20261121T093000-3fa9/report.html';

const rw: SummaryModel['rto'][string] = {
  route: 'rw',
  series: 'rw-new',
  seconds: 19.84,
  lower: 19.81,
  upper: 19.87,
  widthSeconds: 0.06,
  censored: false,
  refusedSeconds: 19.84,
  flaps: 1,
  outages: [],
  slots: { total: 400, refused: 397, accepted: 3 },
  startAtSeconds: 0,
  firstRefusedAtSeconds: 0.02,
  lastRefusedAtSeconds: 19.81,
  recoveredAtSeconds: 19.87,
};

const check: SummaryModel['checks'][number] = {
  name: 'RPO',
  question: '',
  method: '',
  outcome: 'pass',
  summary: '',
  offenceCount: 0,
  offences: [],
};

const passed: SummaryModel = {
  verdict: 'pass',
  verdictReasons: ['every objective met, every check passed'],
  expected: null,
  objectives: [{ name: 'rto.rw', limit: 30, unit: 's', measured: 19.87, met: true, from: 'tier 1', note: '' }],
  rto: {
    rw,
    ro: { ...rw, route: 'ro', seconds: null, lower: 0, upper: null },
    'member:pg1': { ...rw, route: 'member:pg1' },
  },
  rpo: {
    transactions: 0,
    seconds: 0,
    bytes: 0,
    bytesMethod: '',
    indeterminate: 8,
    indeterminatePresent: 5,
    notDurable: 0,
    acknowledged: 2164,
    lost: {},
    resurrected: {},
  },
  checks: [check],
  warnings: [],
  scenario: {
    name: 'primary-container-kill',
    title: 'The container of the primary is killed',
    description: null,
    file: 's.yaml',
    topology: 'patroni-ha',
    topologyParams: {},
    postgres: 17,
    resolved: {},
  },
  seed: 42,
};

const failed: SummaryModel = {
  ...passed,
  verdict: 'fail',
  verdictReasons: ['Check SINGLE failed: pg1 and pg2.', 'The client did not keep up.', 'Objective rto.rw was missed: 19.87 s against 5 s.'],
  objectives: [
    { name: 'rto.rw', limit: 5, unit: 's', measured: 19.87, met: false, from: 'tier 0', note: 'upper end of the interval' },
    { name: 'redundancy', limit: 60, unit: 's', measured: null, met: null, from: 'scenario', note: '' },
  ],
  rto: { rw: { ...rw, flaps: 3, refusedSeconds: 25.5 } },
  rpo: { ...passed.rpo, transactions: 12, seconds: 0.24, bytes: 4096, indeterminate: 0, notDurable: 2 },
  checks: [
    {
      ...check,
      name: 'SINGLE',
      outcome: 'fail',
      summary: 'pg1 and pg2 both accepted writes 14 times within one lease of each other, from 3.1 s on',
    },
    { ...check, name: 'INTEG', outcome: 'unknown', summary: 'amcheck did not answer' },
    { ...check, name: 'LIVE', outcome: 'pass' },
  ],
  warnings: [{ code: 'client-lag', message: 'p99 lag of the client was 31 ms', invalidates: true, atSeconds: 3 }],
};

describe('the end of a run', () => {
  it('tells verdict, RTO with its interval, RPO and where the report is', () => {
    expect(summaryLines(passed, html, look)).toEqual([
      'PASS: The container of the primary is killed',
      '',
      '  RTO  rw  19.84 s (between 19.81 and 19.87 s)',
      '       ro  no outage seen',
      '  RPO      0 transactions lost of 2164 acknowledged',
      '           8 of unknown outcome, not counted; 5 of them are there',
      '',
      '  checks  1 of 1 passed; objectives: 1 of 1 met',
      '  seed    42',
      `  report  ${html}`,
    ]);
  });

  it('names every objective and check that is not met, one line each, and tells failed from unknown', () => {
    const text = summaryLines(failed, html, look).join('\n');
    expect(text).toContain('FAIL: The container');
    expect(text).toContain('  The client did not keep up.');
    expect(text).not.toContain('Check SINGLE');
    expect(text).not.toContain('was missed');
    expect(text).toContain('failed   rto.rw      19.87 s; asked for 5 s (tier 0); upper end of the');
    expect(text).toContain('unknown  redundancy  not measured; asked for 60 s (scenario)');
    expect(text).toContain('failed   SINGLE      pg1 and pg2 both accepted writes');
    expect(text).toContain('unknown  INTEG       amcheck did not answer');
    expect(text).toContain('client-lag');
    expect(text).not.toContain('LIVE ');
    expect(text).toContain('in 3 outages that refused 25.50');
    expect(text).toContain('12 transactions lost of 2164 acknowledged, 0.24 s of commits, 4096');
    expect(text).toContain('2 acknowledged without the synchronous standby');
  });

  it('reads well in 80 columns', () => {
    for (const model of [passed, failed]) for (const line of summaryLines(model, html, look)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('stays short where much went wrong', () => {
    const verdictReasons = Array.from({ length: 12 }, (_, index) => `Reason ${index}.`);
    const checks = [{ ...check, outcome: 'fail' as const, summary: 'a long story '.repeat(40) }];
    const lines = summaryLines({ ...failed, verdictReasons, checks, objectives: [], warnings: [] }, html, look);
    expect(lines).toContain('  Reason 3.');
    expect(lines).toContain('  8 more in the report.');
    expect(lines.filter((line) => line.includes('long story')).length).toBeLessThanOrEqual(2);
  });

  it('gives a censored outage a lower bound only', () => {
    const censored = { ...passed, rto: { rw: { ...rw, censored: true, upper: null, lower: 58.2 } } };
    expect(summaryLines(censored, html, look).join('\n')).toContain('at least 58.20 s: it had not ended when the observation did');
  });

  it('says what could not be measured', () => {
    const nothing = { ...passed, rto: {}, rpo: { ...passed.rpo, transactions: null } };
    const text = summaryLines(nothing, html, look).join('\n');
    expect(text).toContain('RTO    not measured');
    expect(text).toContain('RPO    not measured: the final state could not be read');
  });

  it('tells whether a scenario that is known to fail did so as expected', () => {
    const expected = {
      verdict: 'fail' as const,
      failing: ['RPO'],
      because: 'replication is asynchronous',
      asExpected: true,
      differences: [],
    };
    expect(summaryLines({ ...failed, expected }, html, look).join('\n')).toContain('as this scenario expects: replication is asynchronous');
    const differs = { ...expected, asExpected: false, differences: ['RPO was expected to fail and passed'] };
    const text = summaryLines({ ...failed, expected: differs }, html, look).join('\n');
    expect(text).toContain('not what this scenario expects (fail)');
    expect(text).toContain('RPO was expected to fail and passed');
  });
});

it('the table of several runs has one line each, also for those that did not run', () => {
  const files = { html, json: '', junit: '', markdown: '' };
  const outcome = { verdict: 'pass' as const, exitCode: 0, runId: 'r', runFolder: '.', files, leftBehind: [] };
  const ended: Ended[] = [
    { file: 'a.yaml', kind: 'outcome', outcome },
    { file: 'a.yaml', kind: 'outcome', outcome: { ...outcome, verdict: 'fail' } },
    { file: 'b.yaml', kind: 'error', error: new Error('x') },
    { file: 'c.yaml', kind: 'not-run' },
  ];
  const reports = new Map(ended.slice(0, 2).map((one, index) => [one, index === 0 ? passed : failed]));
  const rows = runsTable(ended, reports, { ...look, columns: 160 });
  expect(rows).toEqual([
    '  pass     primary-container-kill  RTO rw 19.84 s (between 19.81 and 19.87 s); RPO 0',
    '  fail     primary-container-kill  RTO rw 19.84 s (between 19.81 and 19.87 s), in 3 outages that refused 25.50 s; RPO 12',
    '  error    b.yaml',
    '  not run  c.yaml',
  ]);
});
