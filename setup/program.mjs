import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end within a budget. Its output is kept, not shown: set-up shows it only when it fails.
 * @returns {Promise<{ status: number, output: string, timedOut: boolean }>} status -1 when it could not be started.
 */
export function runProgram(command, args, { budgetMs, cwd, env = process.env, onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const collect = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    if (onLine) createInterface({ input: child.stdout }).on('line', onLine);
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM');
      // Something that it started may keep the pipes open after it has gone.
      setTimeout(() => {
        child.kill('SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }, 10_000).unref();
    }, budgetMs);
    // Whoever ends set-up ends what it runs, and waits for that: an orphaned `npm ci` would go on writing.
    let interrupted = false;
    const interrupt = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, interrupt);
    const end = (status) => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, interrupt);
      if (interrupted) process.exit(130);
      resolve({ status, output, timedOut });
    };
    child.on('error', (error) => {
      output += error.message;
      end(-1);
    });
    child.on('close', (status) => end(status ?? -1));
  });
}

/** The lines of an output that say what went wrong, on one line; its last line when none does. */
export function complaint({ output, timedOut }, pattern, budgetMs) {
  if (timedOut) return `it took longer than ${budgetMs / 1000} s`;
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const marked = lines.filter((line) => pattern.test(line));
  return (marked.length > 0 ? marked.slice(0, 2) : lines.slice(-1)).join(' ').slice(0, 400);
}
