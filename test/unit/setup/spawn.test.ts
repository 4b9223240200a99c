import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const helper = join(import.meta.dirname, '..', '..', '..', 'bin', 'spawn.mjs');

/** A launcher that becomes `program`; what it ends with, after the signal that is sent once the program says it is ready. */
async function launch(program: string, signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const launcher = `import { spawnOn } from ${JSON.stringify(helper)}; spawnOn(process.execPath, ['-e', ${JSON.stringify(program)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (signal !== undefined) child.stdout.once('data', () => child.kill(signal));
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  child.on('close', (code, endedBy) => resolve({ code, signal: endedBy }));
  return promise;
}

const patient = "setInterval(() => {}, 1000); console.log('ready');";

it('ends with the code of what it launched', async () => {
  expect(await launch('process.exit(3)')).toEqual({ code: 3, signal: null });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on and waits for the end', async (signal) => {
  expect(await launch(`process.on('${signal}', () => process.exit(7)); ${patient}`, signal)).toEqual({ code: 7, signal: null });
});

it('dies of the signal that killed what it launched', async () => {
  expect(await launch("process.kill(process.pid, 'SIGKILL')")).toEqual({ code: null, signal: 'SIGKILL' });
});
