import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runDrill } from '../src/drill/run.ts';

export const flagship = 'scenarios/patroni-ha/primary-container-kill.yaml';

export interface Timed {
  verdict: string;
  wallSeconds: number;
  rtoSeconds: number;
  /** Waiting that the scenario asks for: baseline and steady. */
  askedSeconds: number;
}

/** One drill as a user would run it, timed from call to return; its images are there already. */
export async function timedDrill(scenarioFile: string): Promise<Timed> {
  const runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-bench-'));
  try {
    const startedMs = performance.now();
    const outcome = await runDrill({ scenarioFile, runsDir });
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const report = JSON.parse(await readFile(outcome.files.json, 'utf8')) as { rto: Record<string, { seconds: number | null }> };
    // The flagship states neither, so they are the language's defaults: 5 s and 3 s.
    return { verdict: outcome.verdict, wallSeconds, rtoSeconds: report.rto['rw']?.seconds ?? 0, askedSeconds: 8 };
  } finally {
    await rm(runsDir, { recursive: true, force: true });
  }
}
