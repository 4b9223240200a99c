import { copyFile, mkdir } from 'node:fs/promises';
import { RunClock } from '../base/clock.ts';
import { DrillError, exitCodes, messageOf } from '../base/errors.ts';
import { thisProcessAsOwner } from '../runtime/labels.ts';
import type { DrillOutcome, RunDrillOptions } from './api.ts';
import { conduct } from './conduct.ts';
import type { DrillContext } from './context.ts';
import { Journal } from './journal.ts';
import { judge, render } from './judge.ts';
import { newCluster } from './phases/provision.ts';
import { prepare, type Prepared } from './prepare.ts';
import { Recorder } from './recorder.ts';
import { aborted, runPhase, type PhaseEnd } from './stages.ts';
import { HistoryTail } from './tail.ts';

const never = new AbortController().signal;

/**
 * Executes one scenario once.
 * @returns verdict, exit code, run folder and reports; also when it was stopped or its measurement cannot be trusted.
 * @throws DrillError before anything starts (`bad-scenario`, `engine-unreachable`, `image-missing`), and when it ended
 *   before there was anything to judge; whatever had been started by then is released first.
 */
export async function runDrill(options: RunDrillOptions): Promise<DrillOutcome> {
  const releaseNow = options.releaseNow ?? never;
  const stop = AbortSignal.any([options.stop ?? never, releaseNow]);
  // Nothing has been acquired before this ends, so that a stop needs no release.
  const prepared = await Promise.race([prepare(options), aborted(stop)]);
  const { runFolder } = prepared;
  await makeRunFolder(options.scenarioFile, runFolder);
  const clock = new RunClock();
  const journal = await Journal.open(`${runFolder}/journal.jsonl`, clock, (event) => options.onProgress?.({ kind: 'journal', event }));
  const cluster = newCluster(prepared.engine, thisProcessAsOwner(prepared.runId), prepared.plan, prepared.images, journal);
  const release = once(() => runPhase(journal, 'release', never, () => cluster[Symbol.asyncDispose]()));
  try {
    await conductInScope(prepared, { clock, journal, cluster, stop, releaseNow }, options);
    const judged = await must(runPhase(journal, 'score', never, () => judge(runFolder)));
    const files = await must(runPhase(journal, 'report', never, () => render(judged, runFolder)));
    if (options.keep !== true) await release();
    await journal.write({ type: 'ended', verdict: judged.verdict });
    const exitCode = stop.aborted ? exitCodes.interrupted : exitCodes[judged.verdict];
    return { verdict: judged.verdict, exitCode, runId: prepared.runId, runFolder, files, leftBehind: cluster.leftBehind };
  } catch (error) {
    await release();
    throw error;
  } finally {
    await journal.close().catch(() => undefined);
  }
}

/** @throws DrillError `disk-full`, or `bad-usage` when the place cannot be written to. */
async function makeRunFolder(scenarioFile: string, runFolder: string): Promise<void> {
  try {
    await mkdir(`${runFolder}/history`, { recursive: true });
    await copyFile(scenarioFile, `${runFolder}/scenario.yaml`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk-full' : 'bad-usage';
    throw new DrillError(`the run folder ${runFolder} cannot be written: ${messageOf(error)}`, { code, cause: error });
  }
}

/** What is only needed while containers run is closed, and its last lines written, before the score is computed. */
async function conductInScope(
  prepared: Prepared,
  parts: Pick<DrillContext, 'clock' | 'journal' | 'cluster' | 'stop' | 'releaseNow'>,
  options: RunDrillOptions,
): Promise<void> {
  await using scope = new AsyncDisposableStack();
  const { runFolder, plan, valid } = prepared;
  const recorder = scope.use(await Recorder.open(`${runFolder}/history/monitor.jsonl`, parts.clock));
  const tail = scope.use(new HistoryTail(`${runFolder}/history/client.jsonl`));
  const nothingYet = { phase: 'provision', topology: null, client: null, before: null } as const;
  const context: DrillContext = { ...parts, ...nothingYet, faults: [], scenario: valid.scenario, plan, recorder, runFolder, tail, scope };
  await conduct(context, prepared, (progress) => options.onProgress?.(progress));
}

async function must<T>(phase: Promise<PhaseEnd<T>>): Promise<T> {
  const end = await phase;
  if (!end.ok) throw end.error;
  return end.value;
}

function once<T>(act: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null;
  return () => (done ??= act());
}
