import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Dockerode from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';

const home = fileURLToPath(new URL('../..', import.meta.url));
const launcher = join(home, 'bin/pgdrill.mjs');
const flagship = 'scenarios/patroni-ha/primary-container-kill.yaml';
const folder = mkdtempSync(join(tmpdir(), 'pgdrill-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

async function pgdrill(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [launcher, ...args],
      { cwd: home, env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

function scenario(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const head = 'version: 1\nname: bad\ntitle: Bad\ntopology: { kind: patroni-ha }\n';
const kill = 'timeline:\n  - { at: 1s, fault: container-kill, target: primary }\n';

/** Containers that bear our label and were made since. */
async function createdSince(unixSeconds: number, runPrefix: string): Promise<string[]> {
  const containers = await new Dockerode().listContainers({ all: true, filters: { label: ['pgdrill=1'] } });
  return containers
    .filter(({ Created, Labels }) => Created >= unixSeconds && (Labels['pgdrill.run'] ?? '').startsWith(runPrefix))
    .map(({ Id }) => Id);
}

function expectRefusal(ran: Ran, code: number): void {
  expect(ran.code).toBe(code);
  expect(ran.stdout).toBe('');
  expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/\n\s+at .*:\d+/);
  expect(ran.stderr).not.toContain('internal error');
}

describe('a scenario that cannot be accepted is refused before any container starts', () => {
  it.each([
    ['not YAML', 'version: 1\n  name: [\n', /:\d+:\d+/],
    ['an unknown key', `${head}${kill}objektives: {}\n`, /bad\.yaml:7:1\b.*objektives/s],
    [
      'a duration without a unit',
      `${head}timeline:\n  - { at: 5, fault: container-kill, target: primary }\n`,
      /bad\.yaml:6:\d+\b.*(250ms|20s)/s,
    ],
    [
      'a fault that does not exist',
      `${head}timeline:\n  - { at: 1s, fault: container-kil, target: primary }\n`,
      /bad\.yaml:6:\d+\b.*container-kill/s,
    ],
    [
      'a target that the topology lacks',
      `${head}timeline:\n  - { at: 1s, fault: container-kill, target: pg9 }\n`,
      /bad\.yaml:6:\d+\b.*pg9/s,
    ],
    ['a topology that does not exist', head.replace('patroni-ha', 'patroni-hb') + kill, /bad\.yaml:4:\d+\b.*patroni-ha/s],
    ['a fault after the end', `${head}timeline:\n  - { at: 10h, fault: container-kill, target: primary }\n`, /bad\.yaml:6:\d+/],
    ['an empty file', '', /bad\.yaml/],
  ])('%s', async (_what, text, expected) => {
    const since = Math.floor(Date.now() / 1000);
    const ran = await pgdrill(['run', scenario('bad.yaml', text)]);
    expectRefusal(ran, 2);
    expect(ran.stderr).toMatch(expected);
    expect(await createdSince(since, 'bad-')).toEqual([]);
  });

  it('a file that is not there', async () => {
    const ran = await pgdrill(['run', join(folder, 'nowhere.yaml')]);
    expectRefusal(ran, 2);
    expect(ran.stderr).toContain('nowhere.yaml');
  });

  it('one bad scenario among good ones: nothing is run', async () => {
    const since = Math.floor(Date.now() / 1000);
    const good = scenario('good.yaml', `${head}${kill}`);
    const ran = await pgdrill(['run', good, scenario('bad.yaml', `${head}${kill}objektives: {}\n`)]);
    expectRefusal(ran, 2);
    expect(ran.stderr).toContain('bad.yaml:7:1');
    expect(await createdSince(since, 'bad-')).toEqual([]);
  });

  it('and `validate` says the same of each, as data too', async () => {
    const ran = await pgdrill(['validate', flagship, scenario('bad.yaml', `${head}${kill}objektives: {}\n`), '--json']);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      valid: false,
      scenarios: [{ valid: true }, { valid: false, error: { code: 'bad-scenario', message: expect.stringContaining('bad.yaml:7:1') } }],
    });
  });
});

describe('an environment that cannot run drills', () => {
  const noEngine = { DOCKER_HOST: 'tcp://127.0.0.1:9', HOME: folder };

  it('no engine: one message, how to fix it, exit 2', async () => {
    const ran = await pgdrill(['run', flagship], noEngine);
    expectRefusal(ran, 2);
    expect(ran.stderr).toContain('no container engine answers');
    expect(ran.stderr).toContain('DOCKER_HOST');
  });

  it('no engine: doctor still tells what it can', async () => {
    const ran = await pgdrill(['doctor', '--json'], noEngine);
    expect(ran.code).toBe(2);
    const { ready, findings } = JSON.parse(ran.stdout) as { ready: boolean; findings: { check: string; status: string; fix?: string }[] };
    expect(ready).toBe(false);
    expect(findings.find(({ check }) => check === 'container engine')).toMatchObject({ status: 'bad', fix: expect.any(String) });
    expect(findings.find(({ check }) => check === 'Node.js')).toMatchObject({ status: 'ok' });
  });

  it('an image that cannot be had: exit 2, and nothing is left', async () => {
    const since = Math.floor(Date.now() / 1000);
    const file = scenario('good.yaml', `${head}${kill}`);
    const ran = await pgdrill(['run', file, '--image', 'postgres=127.0.0.1:9/no/such:image', '--runs-dir', folder]);
    expectRefusal(ran, 2);
    expect(ran.stderr).toContain('no/such:image');
    expect(await createdSince(since, 'bad-')).toEqual([]);
  });

  it('a place for run folders that cannot be written: one message', async () => {
    const file = scenario('good.yaml', `${head}${kill}`);
    const ran = await pgdrill(['run', file, '--runs-dir', join(file, 'below-a-file')]);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(ran.stderr).toContain('below-a-file');
  });
});

it('a folder that is no run folder: exit 2, one message', async () => {
  const ran = await pgdrill(['report', folder]);
  expectRefusal(ran, 2);
  expect(ran.stderr).toContain(folder);
});

it('the machine that runs these tests is one that doctor finds fit', async () => {
  const ran = await pgdrill(['doctor', '--json']);
  expect(ran.code).toBe(0);
  const { findings } = JSON.parse(ran.stdout) as { findings: { check: string; status: string }[] };
  for (const check of ['container engine', 'path to containers', 'iptables in a container', 'disk space of the engine', 'clock'])
    expect(findings.find((finding) => finding.check === check)).toMatchObject({ status: 'ok' });
});
