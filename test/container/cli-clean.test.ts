import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { listLeftovers, removeLeftovers } from '../../src/runtime/clean.ts';
import { connectEngine } from '../../src/runtime/engine.ts';
import { recipeFor } from '../../src/runtime/image-recipe.ts';
import { labelsOf, thisProcessAsOwner, type RunOwner } from '../../src/runtime/labels.ts';

const launcher = fileURLToPath(new URL('../../bin/pgdrill.mjs', import.meta.url));
const { docker } = await connectEngine();
const { reference: image } = await recipeFor('tools', 17);
const runs: string[] = [];

/** A container, a volume and a network, as a run leaves them. */
async function leave(owner: RunOwner): Promise<void> {
  runs.push(owner.runId);
  const name = `pgdrill-${owner.runId}`;
  const Labels = labelsOf(owner, 'pg1');
  await docker.createNetwork({ Name: name, Driver: 'bridge', Labels });
  await docker.createVolume({ Name: name, Labels });
  const HostConfig = { NetworkMode: name, Binds: [`${name}:/data`] };
  const container = await docker.createContainer({ name, Image: image, Cmd: ['sleep', 'infinity'], Labels, HostConfig });
  await container.start();
}

function newOwner(): RunOwner {
  return thisProcessAsOwner(`test-clean-${randomBytes(4).toString('hex')}`);
}

/** The owner of a run whose harness has ended. */
async function deadOwner(): Promise<RunOwner> {
  const harness = spawn('true');
  await once(harness, 'close');
  return { ...newOwner(), pid: harness.pid ?? 0 };
}

afterEach(async () => {
  for (const runId of runs.splice(0)) await removeLeftovers(docker, await listLeftovers(docker, runId));
});

async function clean(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [launcher, 'clean', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const kindsOf = async (runId: string): Promise<string[]> => (await listLeftovers(docker, runId)).map(({ kind }) => kind).toSorted();

it('removes what a dead run left, and says what it removed', async () => {
  const owner = await deadOwner();
  await leave(owner);
  const dry = await clean(owner.runId, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would remove') });
  expect(await kindsOf(owner.runId)).toEqual(['container', 'network', 'volume']);

  const { code, stdout } = await clean(owner.runId);
  expect(code).toBe(0);
  for (const kind of ['container', 'network', 'volume']) expect(stdout).toMatch(new RegExp(`${kind} +pgdrill-${owner.runId}`));
  expect(await kindsOf(owner.runId)).toEqual([]);
});

it('does not touch a run whose harness is alive, unless it is told to', async () => {
  const owner = newOwner();
  await leave(owner);
  const spared = await clean(owner.runId);
  expect(spared).toMatchObject({
    code: 0,
    stdout: 'nothing removed\n',
    stderr: expect.stringContaining(`left alone: 3 of runs that are alive: ${owner.runId}`),
  });
  expect(await kindsOf(owner.runId)).toEqual(['container', 'network', 'volume']);

  const { code, stdout } = await clean(owner.runId, '--all', '--json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { removed: { kind: string }[] }).removed.map(({ kind }) => kind).toSorted()).toEqual([
    'container',
    'network',
    'volume',
  ]);
  expect(await kindsOf(owner.runId)).toEqual([]);
});

it('says what it could not remove, and exits with 3', async () => {
  const owner = await deadOwner();
  await leave(owner);
  // A stranger's container on our network: without our label it is not ours to remove, and the network cannot go before it does.
  const stranger = await docker.createContainer({
    Image: image,
    Cmd: ['sleep', 'infinity'],
    HostConfig: { NetworkMode: `pgdrill-${owner.runId}` },
  });
  await stranger.start();
  try {
    const { code, stderr } = await clean(owner.runId);
    expect(code).toBe(3);
    expect(stderr).toContain(`could not remove network pgdrill-${owner.runId}`);
    expect(await kindsOf(owner.runId)).toEqual(['network']);
  } finally {
    await stranger.remove({ force: true });
  }
});
