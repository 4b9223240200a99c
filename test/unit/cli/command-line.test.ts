import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../../bin/pgdrill.mjs', import.meta.url));

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the real program, as a user does. */
async function pgdrill(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [launcher, ...args], { env: { ...process.env, ...env } }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
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
    const { stderr } = await pgdrill(['--help'], { NODE_DEBUG: 'module,esm' });
    expect(stderr).toContain('commander');
    for (const heavy of ['testcontainers', 'dockerode', '/pg/', '/zod/']) expect(stderr).not.toContain(heavy);
  });
});

it('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [launcher, 'schema', 'report'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect(stderr).toBe('');
  expect(code).toBe(0);
});
