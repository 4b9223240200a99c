import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Dockerfiles. */
export const imagesDir = fileURLToPath(new URL('../../images/', import.meta.url));

const home = fileURLToPath(new URL('../../', import.meta.url));

/** Where things are kept that can be made again: beside the sources in a checkout, in the user's cache when installed as a dependency. */
export function workshopDir(): string {
  if (!home.includes(`${sep}node_modules${sep}`)) return join(home, '.pgdrill');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pgdrill');
}

/** Longer than any work in a folder of its own takes. */
const abandonedMs = 30 * 60_000;

/** Removes what processes that were killed in the middle of their work left behind. */
export async function sweepWorkshop(): Promise<void> {
  const names = await readdir(workshopDir()).catch(() => []);
  for (const name of names.filter((entry) => /^(build-|base-|node24\S*\.(new|old)-)/.test(entry))) {
    const path = join(workshopDir(), name);
    const ageMs = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (ageMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}
