import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEngine } from './ping.mjs';
import { runProgram } from './program.mjs';
import { say, seconds, SetupError } from './say.mjs';

const startBudgetMs = 90_000;
const log = '/var/log/pgdrill-dockerd.log';
const pidFile = '/var/run/docker.pid';

/** Starts an engine that is installed: by systemd where it runs this machine, else as a process of its own that outlives set-up. */
export async function startEngine() {
  const startedMs = performance.now();
  if (existsSync('/run/systemd/system')) {
    say('Docker Engine: starting it with systemctl');
    const { status, output } = await runProgram('systemctl', ['start', 'docker'], { budgetMs: startBudgetMs });
    if (status !== 0)
      throw new SetupError(`systemctl could not start docker: ${output.trim().slice(-300)}`, 'look at `journalctl -u docker`');
    return waitForEngine(startedMs, () => null, 'journalctl -u docker');
  }
  say(`Docker Engine: no service manager here; starting dockerd, which logs to ${log}`);
  removeStalePidFile();
  const output = openSync(log, 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', output, output], cwd: '/' });
  let ended = null;
  daemon.on('error', (error) => (ended = error.message));
  daemon.on('exit', (code) => (ended = `dockerd ended with code ${code}`));
  daemon.unref();
  return waitForEngine(startedMs, () => ended, log);
}

/** dockerd refuses to start when the file names any live process; after a crash that may be a stranger with the same number. */
function removeStalePidFile() {
  if (!existsSync(pidFile)) return;
  const pid = readFileSync(pidFile, 'utf8').trim();
  let name = '';
  try {
    name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // No such process.
  }
  if (name !== 'dockerd') rmSync(pidFile, { force: true });
}

async function waitForEngine(startedMs, endedEarly, where) {
  for (;;) {
    const { address } = await findEngine();
    if (address !== null) {
      say(`Docker Engine: answers after ${seconds(startedMs)}`);
      return address;
    }
    const early = endedEarly();
    if (early !== null) throw new SetupError(`Docker Engine did not start: ${early}; ${lastLine(where)}`, `look at ${where}`);
    if (performance.now() - startedMs > startBudgetMs) {
      throw new SetupError(`waited ${startBudgetMs / 1000} s for Docker Engine to answer; ${lastLine(where)}`, `look at ${where}`);
    }
    await sleep(200);
  }
}

function lastLine(file) {
  if (!existsSync(file)) return 'it left no log';
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const failure = lines.findLast((line) => line.startsWith('failed to start daemon')) ?? lines.at(-1);
  return `it said last: ${failure.slice(0, 300)}`;
}
