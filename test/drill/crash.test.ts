import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/drill/random.ts';
import { listLeftovers } from '../../src/runtime/clean.ts';
import { connectEngine } from '../../src/runtime/engine.ts';

/** Moments at which the harness is killed, and how many harnesses run at once. */
const moments = 20;
const atOnce = 4;
/** The scenario's drill takes about 45 s: moments are spread over provision to release. */
const spanMs = 42_000;
const scenario = 'scenarios/patroni-ha/primary-container-kill.yaml';

let runsDir: string;
beforeAll(async () => {
  runsDir = await mkdtemp(join(tmpdir(), 'pgdrill-crash-'));
});
afterAll(async () => rm(runsDir, { recursive: true, force: true }));

const cli = (...args: string[]) =>
  spawn(process.execPath, ['bin/pgdrill.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });

async function outputOf(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = cli(...args);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** Starts a drill, and kills the harness with all of its processes at the given moment. @returns whether it was still running. */
async function killedAt(momentMs: number): Promise<boolean> {
  const child = cli('run', scenario, '--runs-dir', runsDir);
  child.stdout.resume();
  child.stderr.resume();
  const closed = once(child, 'close');
  await Promise.race([sleep(momentMs), closed]);
  const alive = child.exitCode === null;
  if (alive && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await closed;
  return alive;
}

test(`the harness killed at ${moments} random moments: clean leaves no container, network or volume of ours`, async () => {
  const { docker } = await connectEngine();
  const seed = Date.now() % 2 ** 32;
  const random = seededRandom(seed);
  // One in each twentieth of the span, so that no part of a drill's life is left out by chance.
  const planned = Array.from({ length: moments }, (_, index) => ((index + random()) / moments) * spanMs);
  const lanes = Array.from({ length: atOnce }, (_, lane) => planned.filter((_moment, index) => index % atOnce === lane));
  const before = new Set((await listLeftovers(docker)).map(({ id }) => id));
  const killed = await Promise.all(
    lanes.map(async (lane) => {
      let count = 0;
      for (const moment of lane) if (await killedAt(moment)) count++;
      return count;
    }),
  );
  const orphans = (await listLeftovers(docker)).filter(({ id, live }) => !before.has(id) && !live);
  // The test can only fail if kills left something to clean: most of them must have.
  expect(
    killed.reduce((sum, count) => sum + count, 0),
    `seed ${seed}`,
  ).toBeGreaterThan(moments / 2);
  expect(orphans.length, `seed ${seed}`).toBeGreaterThan(0);
  const clean = await outputOf('clean', '--json');
  expect(clean.code, clean.stderr).toBe(0);
  const left = (await listLeftovers(docker)).filter(({ id, live }) => !before.has(id) && !live);
  expect(left, `seed ${seed}`).toEqual([]);
});
