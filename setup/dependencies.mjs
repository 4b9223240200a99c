import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { complaint, runProgram } from './program.mjs';
import { say, seconds, SetupError } from './say.mjs';

const budgetMs = 600_000;

/** Whether node_modules holds exactly what the lock file says. npm writes its own lock file there last of all, so half an install does not match. */
export function dependenciesMatch(folder = root) {
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  const found = packagesOf(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === null || found === null) return false;
  const same = (path) =>
    found[path]?.version === wanted[path].version && [undefined, found[path].integrity].includes(wanted[path].integrity);
  // What is optional may be for another platform.
  const complete = Object.keys(wanted).every(
    (path) => path === '' || (wanted[path].optional && !found[path]) || (same(path) && existsSync(join(folder, path))),
  );
  return complete && Object.keys(found).every((path) => path in wanted);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

export async function ensureDependencies() {
  if (dependenciesMatch()) return;
  say('dependencies: npm ci');
  const startedMs = performance.now();
  // No package needs its install script, and building native extras would want a compiler.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-retry-mintimeout=2000'];
  const result = await runProgram('npm', args, { cwd: root, budgetMs });
  if (result.status !== 0) {
    const because = complaint(result, /^npm (error|ERR!) (code|network|request)/i, budgetMs);
    throw new SetupError(`npm ci failed: ${because}`, 'check that this machine reaches the npm registry (`npm ping`)');
  }
  say(`dependencies: installed in ${seconds(startedMs)}`);
}
