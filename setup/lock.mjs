import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workshop } from './paths.mjs';
import { say, SetupError } from './say.mjs';

const file = join(workshop, 'setup.lock');
/** The longest that a set-up may take, all its budgets together. */
const budgetMs = 3_600_000;

/** Runs `work` while no other set-up works on this checkout: two `npm ci` at once would ruin node_modules. */
export async function oneAtATime(work) {
  const startedMs = performance.now();
  let told = false;
  while (!taken()) {
    if (performance.now() - startedMs > budgetMs)
      throw new SetupError(`another set-up has not ended for ${budgetMs / 60_000} minutes`, `end it, or remove ${file}`);
    if (!told) say(`waiting for another set-up of this checkout (process ${holder()})`);
    told = true;
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function taken() {
  try {
    mkdirSync(workshop, { recursive: true });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    // A checkout that cannot be written to cannot be ruined either.
    if (error.code !== 'EEXIST') return true;
  }
  if (!runs(holder())) rmSync(file, { force: true });
  return false;
}

function holder() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function runs(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
