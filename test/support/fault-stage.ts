import { randomBytes } from 'node:crypto';
import type {
  Confirmation,
  ContainerHandle,
  FaultContext,
  FaultDefinition,
  NodeHandle,
  PlannedContainer,
  TopologyPlan,
} from '../../src/index.ts';
import { RunClock } from '../../src/base/clock.ts';
import { waitFor } from '../../src/base/wait.ts';
import { Cluster } from '../../src/runtime/cluster.ts';
import { connectEngine } from '../../src/runtime/engine.ts';
import { ensureImages, ensureSeed } from '../../src/runtime/images.ts';
import { thisProcessAsOwner } from '../../src/runtime/labels.ts';

export const echoPort = 7000;
const echo = `require('net').createServer((s) => { s.on('error', () => {}); s.pipe(s); }).listen(${echoPort})`;
/** PostgreSQL under the plainest of supervisors: a loop. */
const server = `
export PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
initdb --pgdata=/tmp/data --username=postgres --auth=trust --no-sync >/dev/null
while :; do postgres -D /tmp/data -c listen_addresses= -c unix_socket_directories=/tmp; sleep 0.1; done`;

const workload = (name: string, role: PlannedContainer['role'], command: string[], user?: string): PlannedContainer => ({
  name,
  role,
  command: ['tini', '--', ...command],
  memoryMiB: 10,
  ...(user === undefined ? {} : { user }),
});

/** A host to hit with two cheap workloads, one with a real PostgreSQL, and a peer that watches them. */
export const smallPlan: TopologyPlan = {
  topology: 'test',
  nodes: Object.entries({
    victim: [workload('echo', 'tools', ['node', '-e', echo]), workload('idle', 'tools', ['sh', '-c', 'while sleep 0.05; do :; done'])],
    db: [workload('db', 'postgres', ['sh', '-c', server], 'postgres')],
    peer: [],
  }).map(([name, containers]) => ({ name, zone: 'a', region: 'region1', ports: {}, containers })),
  links: [],
  routes: [],
  asked: {},
};

/** Real nodes for one test; gone, with all that is on them, when it ends. */
export class Stage implements AsyncDisposable {
  readonly clock = new RunClock();
  readonly cluster: Cluster;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  static async start(plan: TopologyPlan): Promise<Stage> {
    const engine = await connectEngine();
    const images = await ensureImages({
      engine,
      roles: ['postgres', 'etcd', 'haproxy', 'pgbouncer', 'tools'],
      postgres: 17,
      overrides: {},
      note: () => undefined,
    });
    const references = new Map<PlannedContainer, string>();
    for (const container of plan.nodes.flatMap((node) => node.containers)) {
      const image = images[container.role as keyof typeof images];
      const { seed } = container;
      const { reference } = seed === undefined ? image : await ensureSeed({ engine, seed, image, note: () => undefined });
      references.set(container, reference);
    }
    const cluster = new Cluster({
      docker: engine.docker,
      owner: thisProcessAsOwner(`test-faults-${randomBytes(4).toString('hex')}`),
      plan,
      imageOf: (container) => references.get(container) ?? '',
      toolsImage: images.tools.reference,
      note: async () => undefined,
    });
    const stage = new Stage(cluster);
    try {
      await cluster.start();
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  node(name: string): NodeHandle {
    const node = this.cluster.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  container(node: string, workload: string): ContainerHandle {
    const container = this.node(node).workloads.get(workload);
    if (container === undefined) throw new Error(`no workload ${workload} on ${node}`);
    return container;
  }

  /** Removes a container behind the back of whoever has a handle on it. */
  async remove(node: string, workload: string): Promise<void> {
    const { docker } = await connectEngine();
    await docker.getContainer(this.container(node, workload).id).remove({ force: true });
  }

  /** Joins nodes by another network beside the run's: a way around every partition. */
  async detour(names: string[]): Promise<AsyncDisposable> {
    const { docker } = await connectEngine();
    const network = await docker.createNetwork({ Name: `${this.cluster.network}-detour`, Labels: { pgdrill: '1' } });
    for (const name of names) await network.connect({ Container: this.node(name).sandbox.id });
    return {
      [Symbol.asyncDispose]: async () => {
        for (const name of names) await network.disconnect({ Container: this.node(name).sandbox.id, Force: true });
        await network.remove();
      },
    };
  }

  /** What the engine of drills would give to a fault now. */
  context(
    id: string,
    exercise: { params?: object; nodes: string[]; from?: string[] },
    fault: FaultDefinition,
    leaseMs = 30_000,
  ): FaultContext<Record<string, unknown>> {
    return {
      params: fault.params.parse(exercise.params ?? {}),
      nodes: exercise.nodes.map((name) => this.node(name)),
      peers: (exercise.from ?? []).map((name) => this.node(name)),
      capabilities: {},
      clock: this.clock,
      id,
      invokedNs: this.clock.nowNs(),
      leaseMs,
    };
  }

  /** All that a fault could leave in the nodes: rules without counters, stopped processes, guards and their files. */
  async traces(): Promise<string[]> {
    const of = async (container: ContainerHandle): Promise<string[]> => {
      if ((await container.state().catch(() => null))?.running !== true) return [`${container.name} is down`];
      const { stdout } = await container.exec(['sh', '-c', tracesScript], { user: 'root' });
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `${container.name}: ${line}`);
    };
    const containers = [...this.cluster.nodes.values()].flatMap((node) => [node.sandbox, ...node.workloads.values()]);
    return (await Promise.all(containers.map(of))).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

const tracesScript = `
(iptables-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]//') 2>/dev/null
ls /run/pgdrill 2>/dev/null
for stat in /proc/[0-9]*/stat; do read -r line 2>/dev/null <$stat || continue; set -- \${line##*) }; [ "$1" = T ] && echo "stopped: $line"; done
# In brackets, so that this script does not find itself.
grep -al 'pgdrill-[g]uard' /proc/[0-9]*/cmdline 2>/dev/null | sed 's/.*/guard: &/'
true`;

/** Asks for the proof within a budget, as the engine of drills does. */
export async function proven(name: string, look: () => Promise<Confirmation>): Promise<Confirmation & { proven: true }> {
  return waitFor({ name, budgetMs: longEnoughMs, intervalMs: 25 }, async () => {
    const found = await look();
    return found.proven ? { done: true, value: found } : { done: false, seen: found.seen };
  });
}

/** The small plan, without the nodes that a test has no use for. */
export const onlyNodes = (names: string[]): TopologyPlan => ({
  ...smallPlan,
  nodes: smallPlan.nodes.filter(({ name }) => names.includes(name)),
});

export const longEnoughMs = 10_000;

export const until = (name: string, condition: () => Promise<boolean>): Promise<void> =>
  waitFor({ name, budgetMs: longEnoughMs, intervalMs: 50 }, async () =>
    (await condition()) ? { done: true, value: undefined } : { done: false, seen: 'not yet' },
  );
