import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaSql } from '../src/client/schema.ts';
import { AppendLog } from '../src/history/append.ts';
import type { Evidence } from '../src/history/evidence.ts';
import type { JournalEvent } from '../src/history/journal.ts';
import { readRun } from '../src/history/read.ts';
import { quantile } from '../src/score/quantile.ts';
import { scoreRto } from '../src/score/rto.ts';
import type { RtoResult } from '../src/score/types.ts';
import { ClientProgram, routeTo } from '../test/support/client-program.ts';
import { PostgresServer } from '../test/support/postgres-server.ts';
import type { PlantedOutage, ProxyPlan } from './outage-proxy.ts';
import type { BenchResult } from './result.ts';

/** 200 probes/s. */
const intervalMs = 5;
const outageCount = 50;
const baselineMs = 3000;
const cpuPctMax = 20;
/** What is on its way when the next outage strikes belongs to that one. */
const marginNs = 50_000_000;

/**
 * How far the RTO that the probes measure is from the truth: outages of known length in a plain TCP path before one
 * PostgreSQL, seen by the real client program and scored by the real scorer from the run folder.
 */
export async function run(): Promise<BenchResult> {
  await using server = await PostgresServer.start('rto-error');
  // It is the path that is measured, and the disk is not to disturb it.
  await server.sql('postgres', 'CREATE ROLE drill LOGIN', 'ALTER ROLE drill SET synchronous_commit = off', 'CREATE DATABASE drill');
  await server.sql('drill', schemaSql({ accounts: 2 }));
  // Off the grid of the probes, so that outages begin and end anywhere between two slots.
  const outages = Array.from({ length: outageCount }, (_, at) => ({ afterMs: 400 + ((at * 37) % 50), lengthMs: 100 + ((at * 173) % 500) }));
  const epochNs = process.hrtime.bigint();
  await using proxy = await startProxy({ epochNs: String(epochNs), host: server.address, port: 5432, outages });
  const clients = {
    probes: { interval: `${intervalMs}ms`, connections: 16, members: false },
    ledger: { rate: '0/s' },
    bank: { rate: '0/s' },
  };
  // No route `ro`, and of the two series on `rw` the persistent one alone: 200 probes/s in all.
  await using client = await ClientProgram.start(clients, [routeTo('rw', '127.0.0.1', proxy.port)], { epochNs, only: ['rw-persistent'] });
  const startNs = Number(process.hrtime.bigint() - epochNs);
  await sleep(baselineMs);
  const planted = await proxy.run();
  await sleep(1000);
  await client.stop();
  await writeJournal(client, startNs, planted);

  const evidence = await readRun(client.folder);
  const cpu = evidence.lag.slice(1).map(({ cpuMs, windowNs }) => (cpuMs / (windowNs / 1e6)) * 100);
  const lagP99Ms = quantile(ascending(evidence.lag.map(({ p99Ms }) => p99Ms)), 0.5) ?? NaN;
  return judge(planted, scoreEach(evidence, planted), cpu, lagP99Ms);
}

/** Scores each outage as the one fault of a drill of its own, which ends shortly before the next begins. */
function scoreEach(evidence: Evidence, planted: PlantedOutage[]): RtoResult[] {
  return planted.map((_, at) => {
    const next = planted[at + 1];
    const end =
      next === undefined ? [] : [{ phase: 'examine', startNs: next.startNs - marginNs, endNs: null, failed: null, detail: null } as const];
    const [result] = scoreRto({ ...evidence, faults: evidence.faults.slice(at, at + 1), phases: [...evidence.phases, ...end] }).all;
    if (result === undefined) throw new Error(`outage ${at + 1} was not scored`);
    return result;
  });
}

function judge(planted: PlantedOutage[], results: RtoResult[], cpu: number[], lagP99Ms: number): BenchResult {
  const errorsMs = planted.map(({ startNs, endNs }, at) => {
    const { seconds, censored } = results[at] as RtoResult;
    return seconds === null || censored ? Infinity : seconds * 1e3 - (endNs - startNs) / 1e6;
  });
  const measured = quantile(ascending(errorsMs.map(Math.abs)), 0.99) ?? Infinity;
  const cpuPct = cpu.reduce((sum, one) => sum + one, 0) / cpu.length;
  return {
    name: 'rto-error',
    target: intervalMs,
    measured: rounded(measured),
    unit: 'ms',
    met: measured <= intervalMs && cpuPct <= cpuPctMax && lagP99Ms <= intervalMs / 2,
    samples: planted.length,
    detail: {
      probesPerSecond: 1000 / intervalMs,
      errorMinMs: rounded(Math.min(...errorsMs)),
      errorMedianMs: rounded(quantile(ascending(errorsMs), 0.5) ?? NaN),
      errorMaxMs: rounded(Math.max(...errorsMs)),
      missed: errorsMs.filter((error) => error === Infinity).length,
      flapped: results.filter(({ flaps }) => flaps > 1).length,
      clientCpuPct: rounded(cpuPct),
      clientCpuPctMax: cpuPctMax,
      clientCpuWorstSecondPct: rounded(Math.max(...cpu)),
      // Above half an interval nothing measured here is to be trusted: the machine is too busy.
      clientLagP99Ms: rounded(lagP99Ms),
      clientLagP99MsMax: intervalMs / 2,
    },
  };
}

/** What a drill would have written: a clean baseline, and each planted outage as a fault that took hold and was healed. */
async function writeJournal(client: ClientProgram, startNs: number, planted: PlantedOutage[]): Promise<void> {
  const journal = await AppendLog.open(join(client.folder, 'journal.jsonl'));
  const write = (event: JournalEvent) => journal.append(event);
  const scenario = {
    version: 1,
    name: 'rto-error',
    title: 'Planted outages',
    topology: { kind: 'tcp' },
    timeline: [{ at: '0s', fault: 'planted' }],
  };
  const run = { runId: 'rto-error', scenarioFile: 'bench', scenarioHash: '', scenario, seed: 0, images: {}, nodes: [], environment: {} };
  write({
    type: 'run',
    atNs: 0,
    epochNs: String(client.epochNs),
    epochWallMs: Date.now(),
    ...run,
    harness: { pid: process.pid, host: 'bench' },
  });
  write({ type: 'phase', atNs: startNs, phase: 'baseline', state: 'started' });
  write({ type: 'phase', atNs: startNs + baselineMs * 1e6, phase: 'baseline', state: 'ended' });
  for (const [at, outage] of planted.entries()) {
    const common = { type: 'fault', fault: faultName(at), kind: 'planted', target: 'path', nodes: [] as string[] } as const;
    write({ ...common, atNs: outage.startNs, state: 'injecting' });
    write({ ...common, atNs: outage.startNs, state: 'active', effectiveNs: outage.startNs });
    write({ ...common, atNs: outage.endNs, state: 'healing' });
    write({ ...common, atNs: outage.endNs, state: 'healed', effectiveNs: outage.endNs });
  }
  await journal.close();
}

async function startProxy(plan: ProxyPlan): Promise<{ port: number; run: () => Promise<PlantedOutage[]> } & AsyncDisposable> {
  const program = fileURLToPath(new URL('./outage-proxy.ts', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse(String((await lines.next()).value)) as PlantedOutage & { port: number; done?: true };
  const { port } = await next();
  return {
    port,
    async run() {
      child.stdin.write('go\n');
      const planted: PlantedOutage[] = [];
      for (let line = await next(); line.done !== true; line = await next()) planted.push(line);
      return planted;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}

const faultName = (at: number) => `${at + 1}-planted`;
const ascending = (values: number[]) => values.toSorted((a, b) => a - b);
const rounded = (value: number) => Math.round(value * 100) / 100;
