import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import type { TopologyPlan } from '../../src/contract/topology.ts';
import { Cluster } from '../../src/runtime/cluster.ts';
import { ensureImages, ensureSeed, type PreparedImage } from '../../src/runtime/images.ts';
import { labelsOf, runLabels, thisProcessAsOwner } from '../../src/runtime/labels.ts';
import { runOnce } from '../support/run-once.ts';

let engine: Engine;
let image: PreparedImage;
const made: string[] = [];

beforeAll(async () => {
  engine = await connectEngine();
  ({ tools: image } = await ensureImages({ engine, roles: ['tools'], postgres: 17, overrides: {}, note: () => undefined }));
});
afterAll(async () => {
  await Promise.all([...new Set(made)].map(async (reference) => engine.docker.getImage(reference).remove({ force: true })));
});

/** Each script is one of a kind, so that no test finds what another made. */
const unique = (script: string): string => `# ${randomBytes(8).toString('hex')}\n${script}`;

async function seed(script: string, notes: string[] = []): Promise<PreparedImage> {
  const planned = { role: 'tools' as const, path: '/seeded', script };
  const seeded = await ensureSeed({ engine, seed: planned, image, note: (text) => notes.push(text) });
  made.push(seeded.reference);
  return seeded;
}

/** Containers that this process made to seed from. */
async function seedContainers(): Promise<string[]> {
  const listed = await engine.docker.listContainers({ all: true, filters: { label: [`${runLabels.pid}=${process.pid}`] } });
  return listed.flatMap(({ Names }) => Names).filter((name) => name.startsWith('/pgdrill-seed-'));
}

it('runs the script once and keeps what it left', async () => {
  const script = unique('mkdir /seeded && head -c 12 /dev/urandom | base64 > /seeded/id');
  const first = await seed(script);
  const notes: string[] = [];
  const second = await seed(script, notes);
  expect(first.reference).toMatch(/^pgdrill\/seed:[0-9a-f]{12}$/);
  expect(second).toEqual(first);
  expect(notes).toEqual([]);
  const { output } = await runOnce(engine, first.reference, ['cat', '/seeded/id']);
  expect(output.trim()).toHaveLength(16);
});

it('is made once when several want it at the same time', async () => {
  const script = unique('mkdir /seeded && sleep 1 && echo x > /seeded/x');
  const notes: string[] = [];
  const seeded = await Promise.all([1, 2, 3].map(async () => seed(script, notes)));
  expect(new Set(seeded.map(({ digest }) => digest)).size).toBe(1);
  expect(notes).toHaveLength(1);
});

it('keeps command and user of the image that it comes from, and none of the labels by which `clean` knows a run', async () => {
  const { reference } = await seed(unique('mkdir /seeded && echo x > /seeded/x'));
  const [from, to] = await Promise.all([image.reference, reference].map(async (name) => engine.docker.getImage(name).inspect()));
  expect(to?.Config.Cmd).toEqual(from?.Config.Cmd);
  expect(to?.Config.Labels).toMatchObject({ 'pgdrill.image': 'pgdrill/seed', 'pgdrill.seed.of': from?.Id, pgdrill: '', 'pgdrill.run': '' });
});

it('takes over from a process that died half-way', async () => {
  const script = unique('mkdir /seeded && echo x > /seeded/x');
  const probe = await seed(script);
  const hash = probe.reference.split(':')[1] ?? '';
  await engine.docker.getImage(probe.reference).remove();
  // What a process killed in the middle leaves: its claim, with a pid that no longer runs.
  const dead = { ...thisProcessAsOwner(`seed-${hash}`), pid: 2 ** 22 + 1 };
  await engine.docker.createContainer({ name: `pgdrill-seed-${hash}`, Image: image.reference, Labels: labelsOf(dead) });
  expect((await seed(script)).reference).toBe(probe.reference);
  expect(await seedContainers()).toEqual([]);
});

it.each([
  ['a script that fails', 'echo "initdb: error: nonsense" >&2; exit 3', /exit code 3.*initdb: error: nonsense/],
  ['a script that leaves nothing', 'mkdir /seeded', /left \/seeded empty/],
])('%s is told in its own words, and nothing is tagged', async (_, script, words) => {
  const wanted = unique(script);
  await expect(seed(wanted)).rejects.toMatchObject({ code: 'provision-failed', message: expect.stringMatching(words) });
  // Asked again it runs again: no half-made image stands in for it.
  await expect(seed(wanted)).rejects.toMatchObject({ code: 'provision-failed' });
  expect(await seedContainers()).toEqual([]);
});

it('refuses a place where the image holds something already', async () => {
  const planned = { role: 'tools' as const, path: '/etc', script: unique('echo x > /etc/x') };
  await expect(ensureSeed({ engine, seed: planned, image, note: () => undefined })).rejects.toMatchObject({
    code: 'provision-failed',
    message: expect.stringMatching(/the image holds something at \/etc already/),
  });
});

it('gives every container a directory of its own, which costs no copy where the engine can', async () => {
  const script = unique(
    'install -d -o daemon -m 0750 /seeded /seeded/folder && echo seed > /seeded/folder/file && chown daemon /seeded/folder/file',
  );
  const planned = { role: 'tools' as const, path: '/seeded', script };
  const seeded = await seed(script);
  const container = (name: string): TopologyPlan['nodes'][number]['containers'][number] => ({
    ...{ name, role: 'tools', command: ['tini', '--', 'sleep', 'infinity'], user: 'daemon', memoryMiB: 1 },
    ...{ volumes: [{ name: 'data', path: '/seeded' }], seed: planned },
  });
  const nodes = [{ name: 'node', zone: 'a', region: 'region1', ports: {}, containers: [container('one'), container('two')] }];
  await using cluster = new Cluster({
    docker: engine.docker,
    owner: thisProcessAsOwner(`test-seeds-${randomBytes(4).toString('hex')}`),
    plan: { topology: 'test', nodes, links: [], routes: [], asked: {} },
    imageOf: () => seeded.reference,
    toolsImage: image.reference,
    note: async () => undefined,
  });
  await cluster.start();
  const node = cluster.nodes.get('node');
  const [one, two] = ['one', 'two'].map((name) => node?.workloads.get(name));
  const said = async (of: typeof one, script: string): Promise<string> => {
    const { exitCode, stdout, stderr } = (await of?.exec(['sh', '-ec', script])) ?? { exitCode: -1, stdout: '', stderr: 'no container' };
    return exitCode === 0 ? stdout.trim() : `${exitCode}: ${stderr.trim()}`;
  };
  const { Driver } = (await engine.docker.info()) as { Driver: string };
  expect(await said(one, 'awk \'$2 == "/seeded" { print $1 }\' /proc/mounts')).toMatch(Driver === 'overlay2' ? /^overlay$/ : /^\/dev\//);
  expect(await said(one, 'stat -c "%U %a" /seeded /seeded/folder')).toBe('daemon 750\ndaemon 750');
  // What one container does to its own, no other sees: not a change, not a rename, not a removal.
  expect(await said(one, 'echo own > /seeded/folder/file; perl -e \'rename("/seeded/folder", "/seeded/moved") or die $!\'')).toBe('');
  expect(await said(one, 'cat /seeded/moved/file; ls /seeded')).toBe('own\nmoved');
  expect(await said(two, 'cat /seeded/folder/file; rm -r /seeded/folder; ls /seeded')).toBe('seed');
  await one?.kill('SIGKILL');
  expect((await node?.runBeside('one', ['cat', '/seeded/moved/file']))?.stdout).toBe('own\n');
  await one?.start();
  expect(await said(one, 'cat /seeded/moved/file')).toBe('own');
  expect((await runOnce(engine, seeded.reference, ['cat', '/seeded/folder/file'])).output).toBe('seed\n');
});
