import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDrill } from '../../src/drill/run.ts';
import type { Progress } from '../../src/drill/api.ts';
import { listLeftovers } from '../../src/runtime/clean.ts';
import { connectEngine } from '../../src/runtime/engine.ts';
import { Observer } from '../support/observer.ts';

/** The figure and the observer's may differ by this, seconds: the observer's own loop is part of it. */
const agreementSeconds = 0.2;

let runsDir: string;
beforeAll(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-first-'));
});
afterAll(async () => rm(runsDir, { recursive: true, force: true }));

test('the flagship drill passes, and its RTO is what an observer beside it sees', async () => {
  const { docker } = await connectEngine();
  let observer: Promise<Observer> | undefined;
  let gap: ReturnType<Observer['longestGap']> | undefined;
  let run: { runId: string; image: string } | undefined;
  const onProgress = (progress: Progress): void => {
    if (progress.kind !== 'journal') return;
    const { event } = progress;
    if (event.type === 'run') run = { runId: event.runId, image: event.images['postgres']?.reference ?? '' };
    if (event.type !== 'phase' || run === undefined) return;
    if (event.phase === 'baseline' && event.state === 'started') observer = Observer.start(docker, run);
    if (event.phase === 'observe' && event.state === 'ended') gap = observer?.then((started) => started.longestGap());
  };
  const outcome = await runDrill({ scenarioFile: 'scenarios/patroni-ha/primary-container-kill.yaml', runsDir, onProgress });
  const report = JSON.parse(await readFile(outcome.files.json, 'utf8')) as {
    verdict: string;
    verdictReasons: string[];
    rto: Record<string, { seconds: number; lower: number; upper: number; censored: boolean }>;
    rpo: { transactions: number };
  };
  expect(outcome, report.verdictReasons.join('; ')).toMatchObject({ verdict: 'pass', exitCode: 0, leftBehind: [] });
  const seen = await gap;
  const rto = report.rto['rw'];
  expect(seen?.writes).toBeGreaterThan(50);
  expect(Math.abs((rto?.seconds ?? Number.NaN) - (seen?.seconds ?? Number.NaN))).toBeLessThanOrEqual(agreementSeconds);
  expect(rto?.lower).toBeLessThanOrEqual(rto?.seconds ?? 0);
  expect(rto?.upper).toBeGreaterThanOrEqual(rto?.seconds ?? Infinity);
  expect(await listLeftovers(docker, outcome.runId)).toEqual([]);
});
