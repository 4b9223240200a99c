import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const program = fileURLToPath(new URL('drill-child.ts', import.meta.url));
/** Longer than signals are taken for one key press. */
const nextPressMs = 500;

class Child {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  stdout = '';
  stderr = '';
  constructor(manner: string) {
    this.process = spawn(process.execPath, [program, manner], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }
  async says(word: string): Promise<void> {
    while (!`${this.stdout}${this.stderr}`.includes(word)) {
      await Promise.race([once(this.process.stdout, 'data'), once(this.process.stderr, 'data'), this.gone(word)]);
    }
  }
  async gone(word: string): Promise<never> {
    await once(this.process, 'close');
    throw new Error(`ended before it said ${word}: ${this.stdout}${this.stderr}`);
  }
  async code(): Promise<number | null> {
    if (this.process.exitCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }
}

const children: Child[] = [];
function start(manner: string): Child {
  const child = new Child(manner);
  children.push(child);
  return child;
}
afterEach(() => children.splice(0).forEach((child) => child.process.kill('SIGKILL')));

it.each(['SIGINT', 'SIGTERM'] as const)('ends a drill in good order at the first %s, and begins no other', async (signal) => {
  const child = start('obedient');
  await child.says('began first.yaml');
  child.process.kill(signal);
  expect(await child.code()).toBe(130);
  expect(child.stdout).toBe('began first.yaml\nstop\nended outcome not-run\n');
  expect(child.stderr).toContain('stopping: heal, score what there is, release. Ctrl-C again releases at once.');
});

it('releases at the second, which is said too', async () => {
  const child = start('stubborn');
  await child.says('began');
  child.process.kill('SIGINT');
  await child.says('stop');
  await pressAgain(child, 'SIGINT');
  expect(await child.code()).toBe(130);
  expect(child.stdout).toContain('releaseNow');
  expect(child.stderr).toContain('releasing now');
});

it('leaves at the third without waiting, and says how to clean up', async () => {
  const child = start('deaf');
  await child.says('began');
  child.process.kill('SIGINT');
  await child.says('stop');
  await pressAgain(child, 'SIGTERM');
  await child.says('releaseNow');
  await pressAgain(child, 'SIGINT');
  expect(await child.code()).toBe(130);
  expect(child.stderr).toContain('pgdrill clean');
});

it('takes signals that come together (the terminal’s, and npm’s copy of it) for one key press', async () => {
  const child = start('stubborn');
  await child.says('began');
  child.process.kill('SIGINT');
  await child.says('stop');
  child.process.kill('SIGINT');
  await pressAgain(child, 'SIGINT');
  await child.code();
  expect(child.stderr.match(/stopping:/g)).toHaveLength(1);
  expect(child.stderr.match(/releasing now/g)).toHaveLength(1);
  expect(child.stderr).not.toContain('without waiting. `pgdrill');
});

/** A key press is told from a copy by time alone, so here time itself is the condition. */
async function pressAgain(child: Child, signal: NodeJS.Signals): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, nextPressMs));
  child.process.kill(signal);
}
