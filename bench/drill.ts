import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { ReportModel } from '../src/report/schema.ts';

export const flagship = 'scenarios/patroni-ha/primary-container-kill.yaml';

const program = fileURLToPath(new URL('../bin/pgdrill.mjs', import.meta.url));

export interface Timed {
  verdict: string;
  /** Why it is not `pass`. */
  reasons: string[];
  wallSeconds: number;
  rtoSeconds: number;
  /** Waiting that the scenario asks for: baseline and steady. */
  askedSeconds: number;
}

/** One drill as a user would run it, a process of its own, timed from its start to its end; its images are there already. */
export async function timedDrill(scenarioFile: string): Promise<Timed> {
  const runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-bench-'));
  try {
    const startedMs = performance.now();
    const said = await runToEnd([program, 'run', scenarioFile, '--runs-dir', runsDir]);
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const [runId] = await readdir(runsDir);
    if (runId === undefined) throw new Error(`the drill came to nothing: ${said}`);
    const report = JSON.parse(await readFile(join(runsDir, runId, 'report.json'), 'utf8')) as ReportModel;
    // The flagship states neither, so they are the language's defaults: 5 s and 3 s.
    const { verdict, verdictReasons: reasons } = report;
    return { verdict, reasons, wallSeconds, rtoSeconds: report.rto['rw']?.seconds ?? 0, askedSeconds: 8 };
  } finally {
    await rm(runsDir, { recursive: true, force: true });
  }
}

/** What a program that has ended said to people. Its exit code is the verdict's affair. */
function runToEnd(args: string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(process.execPath, args, (_, _stdout, stderr) => resolve(stderr));
  return promise;
}
