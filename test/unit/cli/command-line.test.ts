import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const home = fileURLToPath(new URL('../../..', import.meta.url));
const launcher = join(home, 'bin/pgdrill.mjs');

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the real program, as a user does. */
async function pgdrill(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [launcher, ...args],
      { cwd: home, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** An environment in which packages cannot be imported: what works there does not load them. */
function without(...packages: string[]): Record<string, string> {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (${JSON.stringify(packages)}.some((name) => specifier === name || specifier.startsWith(name + '/'))) throw new Error('not here: ' + specifier);
      return next(specifier, context);
    } });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
}

describe('a command line that cannot be read', () => {
  it.each([
    [['rnu', 'x.yaml'], "error: unknown command 'rnu'", 'Did you mean run?'],
    [['run', '--sed', '3', 'x.yaml'], "error: unknown option '--sed'", 'Did you mean --seed?'],
    [['run'], "error: missing required argument 'scenario'", ''],
    [['run', 'x.yaml', '--seed', '-1'], 'a seed is a whole number from 0 to 4294967295', ''],
    [['run', 'x.yaml', '--image', 'postgres'], 'role=reference', ''],
    [['run', 'x.yaml', '--image', 'postgers=x'], 'the roles are postgres, etcd, haproxy, pgbouncer, tools, client', ''],
    [['list', 'fautls'], 'Allowed choices are topologies, faults, checks, scenarios', ''],
    [['report'], "error: missing required argument 'run-folder'", ''],
    [['schema', 'scenario', 'x'], 'error: too many arguments', ''],
  ])('%j exits 2 with one clear message', async (args, message, suggestion) => {
    const ran = await pgdrill(args);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(suggestion);
    expect(ran.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('gives the message as data with --json', async () => {
    const { code, stdout } = await pgdrill(['--json', 'rnu']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad-usage', message: expect.stringContaining("unknown command 'rnu'") } });
  });

  it('is answered with the help when it is empty', async () => {
    const { code, stderr } = await pgdrill([]);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: pgdrill');
  });
});

describe('help and version', () => {
  it('go to stdout, exit 0, name every command and fit 80 columns', async () => {
    const { code, stdout } = await pgdrill(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'validate', 'plan', 'list', 'doctor', 'report', 'clean', 'schema'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('print the version alone', async () => {
    expect((await pgdrill(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('come without loading the engine, containers or a database driver', async () => {
    expect(await pgdrill(['--help'], without('testcontainers', 'dockerode', 'pg', 'zod', 'yaml'))).toMatchObject({ code: 0, stderr: '' });
    // That it would be seen: without what they need, they fail.
    expect(await pgdrill(['--help'], without('commander'))).not.toMatchObject({ code: 0 });
    expect(await pgdrill(['doctor'], without('dockerode', 'testcontainers'))).not.toMatchObject({ code: 0 });
  });
});

it.each([[['validate', 'scenarios/patroni-ha/primary-container-kill.yaml']], [['list', '--json']], [['schema']]])(
  '%j asks no engine, and loads no code for one',
  async (args) => {
    const env = { ...without('testcontainers', 'dockerode'), DOCKER_HOST: 'tcp://127.0.0.1:9' };
    expect(await pgdrill(args, env)).toMatchObject({ code: 0, stderr: '' });
  },
);

it('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [launcher, 'schema', 'report'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

it('a result that cannot be written is one message, and no success', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [launcher, 'schema', 'report'], { stdio: ['ignore', full, 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  closeSync(full);
  expect(stderr).toBe('stdout could not be written: ENOSPC: no space left on device, write\n');
  expect(code).toBe(2);
});
