import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TopologyPlan } from '../../src/contract/topology.ts';
import { listLeftovers, removeLeftovers } from '../../src/runtime/clean.ts';
import { Cluster, type ResourceNote } from '../../src/runtime/cluster.ts';
import { connectEngine, type Engine } from '../../src/runtime/engine.ts';
import { ensureImages } from '../../src/runtime/images.ts';
import { thisProcessAsOwner } from '../../src/runtime/labels.ts';

/** Two nodes that do nothing, one with a volume: all that the runtime itself is about. */
const plan: TopologyPlan = {
  topology: 'test',
  nodes: ['one', 'two'].map((name) => ({
    name,
    zone: 'a',
    region: 'region1',
    ports: {},
    containers: [
      {
        name: 'work',
        role: 'tools',
        command: ['tini', '--', 'sleep', 'infinity'],
        files: [{ path: '/etc/pgdrill/greeting', content: `hello from ${name}\n` }],
        volumes: [{ name: 'data', path: '/data' }],
        memoryMiB: 1,
      },
    ],
  })),
  links: [],
  routes: [],
  asked: {},
};

let engine: Engine;
let image: string;
const runs: string[] = [];

function cluster(owner = thisProcessAsOwner(`test-cluster-${randomBytes(4).toString('hex')}`), notes: ResourceNote[] = []): Cluster {
  runs.push(owner.runId);
  return new Cluster({
    docker: engine.docker,
    owner,
    plan,
    imageOf: () => image,
    toolsImage: image,
    note: async (note) => void notes.push(note),
  });
}

beforeAll(async () => {
  engine = await connectEngine();
  image = (await ensureImages({ engine, roles: ['tools'], postgres: 17, overrides: {}, note: () => undefined })).tools.reference;
});

afterAll(async () => {
  for (const run of runs) await removeLeftovers(engine.docker, await listLeftovers(engine.docker, run));
});

describe('a cluster', () => {
  test('gives every node one network, one address and its files; workloads share the sandbox’s network', async () => {
    const notes: ResourceNote[] = [];
    await using subject = cluster(undefined, notes);
    await subject.start();
    const one = subject.nodes.get('one');
    const work = one?.workloads.get('work');
    expect((await work?.exec(['cat', '/etc/pgdrill/greeting']))?.stdout).toBe('hello from one\n');
    // One interface beside loopback: no second path around a partition.
    const links = await work?.exec(['ip', '-o', '-4', 'addr', 'show', 'scope', 'global']);
    expect(links?.stdout.trim().split('\n')).toHaveLength(1);
    expect(links?.stdout).toContain(`${one?.address}/`);
    expect((await work?.exec(['getent', 'hosts', 'two']))?.stdout).toContain(subject.nodes.get('two')?.address);
    const created = notes.filter(({ action }) => action === 'created').map(({ name }) => name);
    const announced = notes.filter(({ action }) => action === 'creating').map(({ name }) => name);
    expect(new Set(created)).toEqual(new Set(announced));
    expect(created).toHaveLength(1 + 2 + 2 + 2);
  });

  test('leaves nothing behind, not even when starting failed halfway', async () => {
    const owner = thisProcessAsOwner(`test-broken-${randomBytes(4).toString('hex')}`);
    runs.push(owner.runId);
    const [one, two] = plan.nodes.map((node) => ({ ...node, containers: node.containers.map((container) => ({ ...container })) }));
    if (one?.containers[0] === undefined || two === undefined) throw new Error('the plan has no nodes');
    one.containers[0].command = ['/no-such-program'];
    const broken = new Cluster({
      docker: engine.docker,
      owner,
      plan: { ...plan, nodes: [one, two] },
      imageOf: () => image,
      toolsImage: image,
      note: async () => undefined,
    });
    await expect(broken.start()).rejects.toThrow(/no-such-program/);
    expect(await listLeftovers(engine.docker, owner.runId)).not.toEqual([]);
    await broken[Symbol.asyncDispose]();
    expect(broken.leftBehind).toEqual([]);
    expect(await listLeftovers(engine.docker, owner.runId)).toEqual([]);
  });

  test('reads the volume of a container that is dead, and starts it again', async () => {
    await using subject = cluster();
    await subject.start();
    const one = subject.nodes.get('one');
    const work = one?.workloads.get('work');
    if (one === undefined || work === undefined) throw new Error('the cluster has no node one');
    await work.exec(['sh', '-c', 'echo kept > /data/file']);
    await work.kill('SIGKILL');
    const state = await work.state();
    expect(state).toMatchObject({ running: false, exitCode: 137 });
    expect((await one.runBeside('work', ['cat', '/data/file'])).stdout).toBe('kept\n');
    await work.start();
    await work.start();
    expect((await work.state()).running).toBe(true);
    expect(await one.runBeside('work', ['sh', '-c', 'echo bad >&2; exit 3'])).toMatchObject({ exitCode: 3, stderr: 'bad\n' });
  });

  test('a command that hangs is cut off at its budget', async () => {
    await using subject = cluster();
    await subject.start(() => false);
    await expect(subject.nodes.get('one')?.sandbox.exec(['sleep', '60'], { budgetMs: 300 })).rejects.toThrow(/took longer than 300ms/);
  });
});

describe('leftovers', () => {
  test('tell a live harness from a dead one, and from a process that took over its pid', async () => {
    const mine = thisProcessAsOwner(`test-live-${randomBytes(4).toString('hex')}`);
    const owners = [
      mine,
      { ...mine, runId: `${mine.runId}-reused`, started: mine.started - 1000 },
      { ...mine, runId: `${mine.runId}-elsewhere`, host: 'another-host' },
    ];
    for (const owner of owners) {
      const subject = cluster(owner);
      await subject.start(() => false);
    }
    const live = async (runId: string): Promise<boolean[]> => [
      ...new Set((await listLeftovers(engine.docker, runId)).map((leftover) => leftover.live)),
    ];
    expect(await Promise.all(owners.map(({ runId }) => live(runId)))).toEqual([[true], [false], [false]]);
  });
});
