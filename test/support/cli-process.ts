import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as a user starts it: a process of its own, with all that it writes kept. */
export class CliProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['bin/pgdrill.mjs', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...env },
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#closed = once(this.child, 'close');
  }

  /** Resolves when what it said on stderr matches. @throws when it ended, or the budget ran out, before that. */
  async said(pattern: RegExp, budgetMs = 120_000): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => (pattern.test(this.stderr) ? resolve() : undefined);
    const timer = setTimeout(
      () => reject(new Error(`waited ${budgetMs} ms for ${pattern}; last said: ${this.stderr.slice(-300)}`)),
      budgetMs,
    );
    this.child.stderr?.on('data', look);
    this.child.once('close', () => reject(new Error(`it ended before it said ${pattern}: ${this.stderr.slice(-300)}`)));
    look();
    await promise.finally(() => clearTimeout(timer));
  }

  /** A signal to the whole group, as a terminal sends it. */
  signal(name: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, name);
  }

  async ended(): Promise<Ended> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}
