import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24Binary, root, workshop } from './paths.mjs';
import { complaint, runProgram } from './program.mjs';
import { say, seconds, SetupError } from './say.mjs';

const budgetMs = 300_000;
const folder = join(workshop, 'node24');

/** Its Linux binary also goes into the tools image, so it is brought even where the machine's own Node is new enough. */
export function node24There() {
  return process.platform !== 'linux' || (existsSync(node24Binary) && versionIn(folder) === versionIn(join(root, 'images', 'node24')));
}

function versionIn(place) {
  try {
    return JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')).version;
  } catch {
    return null;
  }
}

export async function ensureNode24() {
  if (node24There()) {
    if (process.platform !== 'linux' && Number(process.versions.node.split('.')[0]) < 24) {
      throw new SetupError(`pgdrill runs on Node 24 or newer; this is ${process.version}`, 'install Node 24 from https://nodejs.org');
    }
    return;
  }
  say(`Node 24: npm brings it into .pgdrill/node24 (this machine has ${process.version})`);
  const startedMs = performance.now();
  const installer = join(root, 'images', 'node24', 'install.mjs');
  const result = await runProgram(process.execPath, [installer, folder, 'linux', process.arch], { budgetMs });
  if (result.status !== 0 || !node24There()) {
    const because = complaint(result, /^npm (error|ERR!) (code|network|request)/i, budgetMs);
    throw new SetupError(`Node 24 cannot be had: ${because}`, 'check that this machine reaches the npm registry (`npm ping`)');
  }
  say(`Node 24: there after ${seconds(startedMs)}`);
}
