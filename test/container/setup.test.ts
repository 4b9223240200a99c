import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import { ensureImages } from '../../src/runtime/images.ts';
import { runOnce } from '../support/run-once.ts';

const root = join(import.meta.dirname, '..', '..');
const setup = join(root, 'setup', 'setup.mjs');

interface Ended {
  exitCode: number | null;
  stderr: string;
  seconds: number;
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('close', resolve);
  const exitCode = await promise;
  return { exitCode, stderr, seconds: (performance.now() - startedMs) / 1000 };
}

describe('when nothing is missing', () => {
  it('set-up is skipped in under a second', async () => {
    await run([setup, '--tests']);
    const runs = [await run([setup, '--tests']), await run([setup, '--tests']), await run([setup, '--tests'])];
    for (const { exitCode, stderr } of runs) {
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^set-up: everything is there \(\d\.\d s\)\n$/);
    }
    // The quickest of three: other tests run on the same two cores.
    expect(Math.min(...runs.map(({ seconds }) => seconds))).toBeLessThan(1);
  });
});

it('an engine that the user named and that does not answer is said to be that', async () => {
  const { exitCode, stderr } = await run([setup], { DOCKER_HOST: 'tcp://127.0.0.1:9' });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('DOCKER_HOST is tcp://127.0.0.1:9 and no engine answers there');
});

describe('on a machine without an engine', () => {
  let engine: Engine;
  let image: string;
  beforeAll(async () => {
    engine = await connectEngine();
    const { tools } = await ensureImages({ engine, roles: ['tools'], postgres: 17, overrides: {}, note: () => undefined });
    image = tools.reference;
  });

  /** A container is such a machine: Debian, root, no engine's socket, no network; the checkout is there to read. */
  const onBareMachine = async (env: string[], user = 'root') =>
    runOnce(engine, image, ['node', '/checkout/setup/setup.mjs'], { user, env, binds: [`${root}:/checkout:ro`] });

  it('PGDRILL_NO_ENGINE_INSTALL refuses to install one', async () => {
    const { exitCode, output } = await onBareMachine(['PGDRILL_NO_ENGINE_INSTALL=1']);
    expect(exitCode).toBe(2);
    expect(output).toContain('PGDRILL_NO_ENGINE_INSTALL forbids to install or start one');
    expect(output).not.toContain('installing');
  });

  it('who is not root is told what to do', async () => {
    const { exitCode, output } = await onBareMachine([], 'postgres');
    expect(exitCode).toBe(2);
    expect(output).toContain('only root may install or start one');
    expect(output).toContain('what helps: ');
  });

  it('that is offline too, it says in one line that the mirrors cannot be reached', async () => {
    const { exitCode, output } = await onBareMachine([]);
    const lines = output.trim().split('\n');
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^set-up: Docker Engine: none answers; installing docker\.io with apt/),
      expect.stringMatching(/^set-up: the package lists cannot be updated: .*deb\.debian\.org/),
      expect.stringMatching(/^set-up: what helps: .*apt-get update/),
    ]);
  });
});

describe('the launcher', () => {
  const launcher = join(root, 'bin', 'pgdrill.mjs');

  it('passes the exit code on', async () => {
    expect((await run([launcher, '--version'])).exitCode).toBe(0);
    expect((await run([launcher, 'no-such-command'])).exitCode).toBe(2);
  });
});
