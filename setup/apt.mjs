import { readFileSync } from 'node:fs';
import { complaint, runProgram } from './program.mjs';
import { SetupError } from './say.mjs';

const updateBudgetMs = 300_000;
const installBudgetMs = 600_000;

const aptEnv = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

export function isDebianLike() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Installs packages of the distribution, from lists that are up to date. */
export async function aptInstall(...packages) {
  // An installation that was interrupted before would make apt refuse.
  await runProgram('dpkg', ['--configure', '-a'], { budgetMs: installBudgetMs, env: aptEnv });
  await apt(['update', '-o', 'APT::Update::Error-Mode=any'], updateBudgetMs, 'the package lists cannot be updated');
  await apt(['install', '--yes', '--no-install-recommends', ...packages], installBudgetMs, `${packages[0]} cannot be installed`);
}

async function apt(args, budgetMs, what) {
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'];
  const result = await runProgram('apt-get', [...options, ...args], { budgetMs, env: aptEnv });
  if (result.status === 0) return;
  throw new SetupError(
    `${what}: ${complaint(result, /^(E|Err|W):?\s/, budgetMs)}`,
    'check that this machine reaches its Debian or Ubuntu mirrors (`apt-get update`)',
  );
}
