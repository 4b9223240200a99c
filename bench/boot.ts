import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { RunClock } from '../src/base/clock.ts';
import { waitFor } from '../src/base/wait.ts';
import type { NodeHandle } from '../src/contract/node.ts';
import type { TopologyPlan } from '../src/contract/topology.ts';
import { removeRun } from '../src/runtime/clean.ts';
import { Cluster } from '../src/runtime/cluster.ts';
import { connectEngine, type Engine } from '../src/runtime/engine.ts';
import { ensureImages, ensureSeed } from '../src/runtime/images.ts';
import { thisProcessAsOwner } from '../src/runtime/labels.ts';
import topology from '../topologies/patroni-ha/topology.ts';
import { PlainCluster } from './plain-cluster.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

const rounds = 5;
const postgres = 17;

/** Boot of patroni-ha to "healthy by SQL, fully redundant": as drills boot it, against plain `docker run` from initdb. */
export async function run(): Promise<BenchResult> {
  const engine = await connectEngine();
  const plan = topology.plan(topology.params.parse({}), { postgres });
  const roles = ['postgres', 'tools'] as const;
  const images = await ensureImages({ engine, roles, postgres, overrides: {}, note: () => undefined });
  const seed = plan.nodes.flatMap((node) => node.containers).find((container) => container.seed !== undefined)?.seed;
  if (seed === undefined) throw new Error('the topology has no seed');
  const seeded = await ensureSeed({ engine, seed, image: images.postgres, note: () => undefined });
  const imageOf = (role: string): string => (role === 'postgres' ? images.postgres.reference : images.tools.reference);

  const ours: number[] = [];
  const plain: number[] = [];
  const plainAtOnce: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await bootOurs(engine, plan, (role) => (role === 'postgres' ? seeded.reference : imageOf(role)), imageOf('tools')));
    plain.push(await bootPlain(engine, plan, imageOf, 'in turn'));
    plainAtOnce.push(await bootPlain(engine, plan, imageOf, 'at once'));
  }
  const measured = median(ours.map((seconds, index) => seconds / (plain[index] ?? Number.NaN)));
  return {
    name: 'boot to healthy, against plain docker run from initdb',
    target: 0.6,
    measured,
    unit: 'of its time',
    met: measured <= 0.6,
    samples: rounds,
    detail: {
      'ours, s': list(ours),
      'plain docker run, one after the other, s': list(plain),
      'plain docker run, each stage at once, s': list(plainAtOnce),
      'ratio to each stage at once': median(ours.map((seconds, index) => seconds / (plainAtOnce[index] ?? Number.NaN))),
    },
  };
}

const list = (values: number[]): string => values.map((value) => value.toFixed(1)).join(', ');

async function bootOurs(engine: Engine, plan: TopologyPlan, imageOf: (role: string) => string, toolsImage: string): Promise<number> {
  const owner = thisProcessAsOwner(`bench-boot-${randomBytes(3).toString('hex')}`);
  await using cluster = new Cluster({
    docker: engine.docker,
    owner,
    plan,
    imageOf: ({ role }) => imageOf(role),
    toolsImage,
    note: async () => undefined,
  });
  const startedMs = performance.now();
  await cluster.start();
  return await healthyAfter(startedMs, plan, cluster.nodes);
}

async function bootPlain(
  engine: Engine,
  plan: TopologyPlan,
  imageOf: (role: string) => string,
  how: 'in turn' | 'at once',
): Promise<number> {
  const owner = thisProcessAsOwner(`bench-plain-${randomBytes(3).toString('hex')}`);
  const folder = await mkdtemp(join(tmpdir(), 'pgdrill-plain-'));
  try {
    const cluster = new PlainCluster(engine.docker, owner, plan, imageOf, folder);
    const startedMs = performance.now();
    await cluster.start(how);
    return await healthyAfter(startedMs, plan, cluster.nodes);
  } finally {
    await removeRun(engine.docker, owner.runId);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds from the first command until the topology says, and SQL confirms, that it is healthy with full redundancy. */
async function healthyAfter(startedMs: number, plan: TopologyPlan, nodes: ReadonlyMap<string, NodeHandle>): Promise<number> {
  await using running = await topology.connect({ plan, nodes, clock: new RunClock(), postgres });
  await waitFor({ name: 'the cluster to be healthy', budgetMs: 120_000, intervalMs: 50 }, async () => {
    const { healthy, redundant, seen } = await running.health();
    return healthy && redundant ? { done: true, value: undefined } : { done: false, seen };
  });
  return (performance.now() - startedMs) / 1000;
}
