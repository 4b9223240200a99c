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
