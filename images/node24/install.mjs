// Usage: install.mjs <folder> <os> <cpu>. Lays Node's binary under <folder>/node_modules. Runs on any Node, with nothing installed.
// No install script is needed, so npm's policies on those do not matter; the lock file beside this one pins the bytes.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder, os, cpu] = process.argv.slice(2);
const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);
const fresh = `${folder}.new-${process.pid}`;
const old = `${folder}.old-${process.pid}`;

mkdirSync(fresh, { recursive: true });
try {
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(fresh, file));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', `--os=${os}`, `--cpu=${cpu}`];
  const { status } = spawnSync('npm', args, { cwd: fresh, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0 || !existsSync(join(fresh, 'node_modules', `node-${os}-${cpu}`, 'bin', 'node'))) {
    throw new Error(`npm could not bring Node for ${os}-${cpu}`);
  }
  // Whoever looks finds the old one or the new one, never a half.
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(fresh, folder);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
