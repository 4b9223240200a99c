import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDrill } from '../../src/drill/run.ts';
import type { DrillOutcome } from '../../src/drill/api.ts';
import { listLeftovers, removeRun } from '../../src/runtime/clean.ts';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';

/** The tables that writes leave their row in. */
const tables = { ledger: ['ledger'], transfer: ['bank'], probe: ['rw-persistent', 'rw-new', 'member-pg1', 'member-pg2', 'member-pg3'] };

interface Report {
  verdict: string;
  verdictReasons: string[];
  rpo: { transactions: number };
}

let runsDir: string;
let engine: Engine;
beforeAll(async () => {
  engine = await connectEngine();
  runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-lost-'));
});
afterAll(async () => rm(runsDir, { recursive: true, force: true }));

/** Acknowledged operations of a series, read from the history with nothing of pgdrill's own. */
async function acknowledged(runFolder: string, series: string): Promise<number[]> {
  const text = await readFile(join(runFolder, 'history/client.jsonl'), 'utf8');
  const lines = text.split('\n').filter((line) => line.includes('"complete"') && line.includes(`"${series}"`));
  return lines
    .map((line) => JSON.parse(line) as { type: string; series: string; op: number; outcome: string })
    .filter((event) => event.type === 'complete' && event.series === series && event.outcome === 'ok')
    .map(({ op }) => op);
}

/** Runs SQL with psql on whichever member takes writes. */
async function onPrimary(runId: string, sql: string): Promise<string> {
  for (const member of ['pg1', 'pg2', 'pg3']) {
    const container = `pgdrill-${runId}-${member}-db`;
    const psql = ['exec', '-i', container, 'psql', '-X', '-U', 'postgres', '-d', 'drill', '-qtA', '-v', 'ON_ERROR_STOP=1'];
    const standby = await input('docker', [...psql, '-c', 'SELECT pg_is_in_recovery()'], '');
    if (standby.trim() === 'f') return input('docker', psql, sql);
  }
  throw new Error('no member takes writes');
}

function input(command: string, args: string[], text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.on('error', reject).on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}`))));
  child.stdin.end(text);
  return promise;
}

/** How many acknowledged rows are missing, by plain SQL over the history's own list. */
async function missingBySql({ runId, runFolder }: DrillOutcome): Promise<number> {
  let missing = 0;
  for (const [table, all] of Object.entries(tables)) {
    for (const series of all) {
      const ops = await acknowledged(runFolder, series);
      const sql = `CREATE TEMP TABLE acked (op bigint);
COPY acked FROM STDIN;
${ops.join('\n')}${ops.length === 0 ? '' : '\n'}\\.
SELECT count(*) FROM (SELECT op FROM acked EXCEPT SELECT op FROM pgdrill.${table} WHERE series = '${series}') AS lost;
`;
      missing += Number(await onPrimary(runId, sql));
    }
  }
  return missing;
}

async function drill(scenarioFile: string): Promise<{ report: Report; missing: number }> {
  const outcome = await runDrill({ scenarioFile, runsDir, keep: true });
  try {
    const report = JSON.parse(await readFile(outcome.files.json, 'utf8')) as Report;
    return { report, missing: await missingBySql(outcome) };
  } finally {
    expect(await removeRun(engine.docker, outcome.runId)).toEqual([]);
    expect(await listLeftovers(engine.docker, outcome.runId)).toEqual([]);
  }
}

test('a host lost in a burst: the acknowledged rows that are missing are counted, and plain SQL finds as many', async () => {
  const { report, missing } = await drill('scenarios/patroni-ha/host-loss-burst.yaml');
  expect(missing).toBeGreaterThan(0);
  expect(report.rpo.transactions, report.verdictReasons.join('; ')).toBe(missing);
});

test('the same under strict synchronous replication: nothing is missing', async () => {
  const { report, missing } = await drill('scenarios/patroni-ha/host-loss-burst-sync.yaml');
  expect(missing).toBe(0);
  expect(report.rpo.transactions, report.verdictReasons.join('; ')).toBe(0);
});
