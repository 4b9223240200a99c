import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../base/wait.ts';
import { workshopDir } from './workshop.ts';

/** Longer than any build may take: a lock older than this was left by a process that died and whose pid was given out again. */
const staleMs = 20 * 60_000;

/**
 * Runs `work` while no other process of this host does work of that name. It saves double work only: whoever works under
 * it must be safe without it too.
 * @throws DrillError `wait-timeout` when the holder does not finish.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = join(workshopDir(), 'locks');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.lock`);
  await waitFor({ name: `another process to finish ${name}`, budgetMs: staleMs + 10_000, intervalMs: 200 }, () => tryLock(file));
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file: string): Promise<{ done: true; value: true } | { done: false; seen: string }> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return { done: true, value: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await readFile(file, 'utf8'));
  const ageMs = Date.now() - (await stat(file)).mtimeMs;
  if (ageMs > staleMs || (holder > 0 && !runs(holder))) await rm(file, { force: true });
  return { done: false, seen: `held by process ${holder} for ${Math.round(ageMs / 1000)} s` };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
