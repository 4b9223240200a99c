import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const workshop = join(root, '.pgdrill');

/** Node's own name for this machine's processor is also npm's. */
export const node24Binary = join(workshop, 'node24', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

/** The Node that pgdrill runs on: this one when it is new enough, else the one that set-up brought. */
export function nodeForPgdrill() {
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : node24Binary;
}
