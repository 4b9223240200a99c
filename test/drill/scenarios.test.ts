import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDrill } from '../../src/drill/run.ts';

interface Report {
  verdict: string;
  verdictReasons: string[];
  rto: Record<string, { seconds: number | null }>;
  checks: { name: string; outcome: string }[];
  outage: { edge: string; seconds: number }[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgdrill-scenarios-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function drill(name: string, change: (text: string) => string = (text) => text): Promise<Report> {
  const scenarioFile = join(folder, `${name}.yaml`);
  await writeFile(scenarioFile, change(await readFile(`scenarios/patroni-ha/${name}.yaml`, 'utf8')));
  const outcome = await runDrill({ scenarioFile, runsDir: folder });
  expect(outcome.leftBehind).toEqual([]);
  const report = JSON.parse(await readFile(outcome.files.json, 'utf8')) as Report;
  const reasons = report.verdictReasons.join('; ');
  expect(outcome, reasons).toMatchObject({ verdict: 'pass', exitCode: 0 });
  return report;
}

/** The edges explain the whole outage: their sum is the RTO of the route. */
function expectDecomposed(report: Report): void {
  const sum = report.outage.reduce((total, { seconds }) => total + seconds, 0);
  expect(sum).toBeCloseTo(report.rto['rw']?.seconds ?? Number.NaN, 2);
  expect(report.outage.filter(({ edge }) => edge === 'unexplained')).toEqual([]);
}

test('a killed postmaster: restarted in place, the timeline stays', async () => {
  const report = await drill('postmaster-kill');
  expect(report.rto['rw']?.seconds).toBeGreaterThan(0.2);
  expect(report.outage.map(({ edge }) => edge)).toContain('restart');
});

test('a switchover on PostgreSQL 15, with the older Patroni of its distribution', async () => {
  const report = await drill('switchover', (text) => text.replace('  kind: patroni-ha\n', '  kind: patroni-ha\n  postgres: 15\n'));
  expect(report.rto['rw']?.seconds).toBeLessThan(10);
  expectDecomposed(report);
});

test('a lost host: the outage is the lease and what follows it, fully explained', async () => {
  const report = await drill('primary-host-loss');
  expect(report.rto['rw']?.seconds).toBeGreaterThan(15);
  expectDecomposed(report);
});

test('a primary cut off from the DCS alone: it steps down before its lease runs out, and loses nothing', async () => {
  const report = await drill('primary-cut-from-dcs');
  expect(report.checks.find(({ name }) => name === 'SINGLE')?.outcome).toBe('pass');
  expect(report.rto['rw']?.seconds).toBeGreaterThan(5);
});

test('a primary that freezes for longer than its lease, with strict synchronous replication: no second primary', async () => {
  const report = await drill('pause-longer-than-ttl-sync');
  expect(report.checks.find(({ name }) => name === 'SINGLE')?.outcome).toBe('pass');
});
