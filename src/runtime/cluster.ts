import type Dockerode from 'dockerode';
import type { ExecResult, NodeHandle } from '../contract/node.ts';
import type { PlannedContainer, PlannedNode, TopologyPlan } from '../contract/topology.ts';
import { DrillError, messageOf } from '../base/errors.ts';
import { EngineContainer } from './container.ts';
import { runBeside } from './beside.ts';
import { labelsOf, type RunOwner } from './labels.ts';
import { launch } from './launch.ts';
import { removeRun } from './clean.ts';
import { makeVolumes, type Bind } from './volumes.ts';

/** What is done to the engine, told before it is done. */
export interface ResourceNote {
  action: 'creating' | 'created' | 'removing' | 'removed' | 'remove-failed';
  kind: 'container' | 'network' | 'volume';
  name: string;
  id?: string;
  detail?: string;
}

/** What a container gets beyond its plan, known only when it starts. */
export interface LaunchExtras {
  binds?: Bind[];
  directories?: { source: string; target: string }[];
  files?: { path: string; content: string }[];
  user?: string;
  /** Weight against other containers when cores are short; the engine's default is 1024. */
  cpuShares?: number;
}

export interface ClusterOptions {
  docker: Dockerode;
  owner: RunOwner;
  plan: TopologyPlan;
  /** Image reference for a container of the plan: the role's, or its seed's. */
  imageOf: (container: PlannedContainer) => string;
  toolsImage: string;
  /** Flushed to the journal before it returns. */
  note: (note: ResourceNote) => Promise<void>;
}

class ClusterNode implements NodeHandle {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  readonly address: string;
  readonly sandbox: EngineContainer;
  readonly workloads = new Map<string, EngineContainer>();
  readonly controlAddresses: readonly string[];
  readonly #docker: Dockerode;
  readonly #labels: Record<string, string>;

  constructor(
    docker: Dockerode,
    planned: PlannedNode,
    sandbox: EngineContainer,
    at: { address: string; gateway: string },
    labels: Record<string, string>,
  ) {
    this.#docker = docker;
    this.#labels = labels;
    this.name = planned.name;
    this.zone = planned.zone;
    this.region = planned.region;
    this.sandbox = sandbox;
    this.address = at.address;
    this.controlAddresses = [at.gateway];
  }

  async runBeside(workload: string, argv: string[], options: { user?: string; budgetMs?: number } = {}): Promise<ExecResult> {
    const of = this.workloads.get(workload);
    if (of === undefined) throw new DrillError(`node ${this.name} has no workload ${workload}`, { code: 'internal' });
    return runBeside(this.#docker, of, argv, { labels: this.#labels, ...options });
  }
}

/** The containers of one run: a network, a sandbox per node, the workloads that join it. Disposal removes all that bears the run's label. */
export class Cluster implements AsyncDisposable {
  readonly nodes = new Map<string, NodeHandle>();
  readonly network: string;
  /** What could not be removed, after disposal. */
  leftBehind: string[] = [];
  readonly #options: ClusterOptions;
  readonly #nodes = new Map<string, ClusterNode>();

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.network = `pgdrill-${options.owner.runId}`;
  }

  /**
   * Creates the network, every node's sandbox, and the workloads of the nodes that `of` chooses. Stage by stage: a workload starts when
   * the nodes of its stage and of those before have their names and addresses, and the workloads of the stages before run.
   */
  async start(of: (node: PlannedNode) => boolean = () => true): Promise<void> {
    const { docker, owner } = this.#options;
    await this.#noted({ kind: 'network', name: this.network }, async () => {
      const network = await docker.createNetwork({ Name: this.network, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(owner) });
      return network.id;
    });
    let standing = Promise.resolve();
    let running = Promise.resolve();
    for (const nodes of byStage(this.#options.plan.nodes)) {
      standing = standing.then(() => settleAll(nodes.map((node) => this.#startSandbox(node))));
      running = settleAll([standing, running]).then(() => this.#startNodes(nodes.filter(of)));
    }
    await settleAll([standing, running]);
  }

  /** Starts the workloads of nodes that `start` left out. Extras are by `node/container`. */
  async startWorkloads(of: (node: PlannedNode) => boolean, extras: ReadonlyMap<string, LaunchExtras> = new Map()): Promise<void> {
    await this.#startNodes(this.#options.plan.nodes.filter(of), extras);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { docker, owner, note } = this.#options;
    this.leftBehind = await removeRun(docker, owner.runId, note);
  }

  async #startNodes(nodes: PlannedNode[], extras: ReadonlyMap<string, LaunchExtras> = new Map()): Promise<void> {
    const workloads = nodes.flatMap((node) => node.containers.map((container) => ({ node, container })));
    await settleAll(
      workloads.map(({ node, container }) => this.#startWorkload(node, container, extras.get(`${node.name}/${container.name}`))),
    );
  }

  async #startSandbox(node: PlannedNode): Promise<void> {
    const { docker, owner, toolsImage } = this.#options;
    const name = `${this.network}-${node.name}`;
    const labels = labelsOf(owner, node.name);
    const id = await this.#noted({ kind: 'container', name }, () =>
      launch({
        name,
        image: toolsImage,
        command: ['tini', '--', 'sleep', 'infinity'],
        labels,
        network: { name: this.network, alias: node.name },
        hostname: node.name,
        capabilities: ['NET_ADMIN'],
      }),
    );
    const { NetworkSettings } = await docker.getContainer(id).inspect();
    const attached = Object.keys(NetworkSettings.Networks);
    const own = NetworkSettings.Networks[this.network];
    if (attached.length !== 1 || own === undefined) {
      throw new DrillError(`node ${node.name} stands on ${attached.join(' and ')}: a second path around every partition`, {
        code: 'provision-failed',
      });
    }
    const handle = new ClusterNode(
      docker,
      node,
      new EngineContainer(docker, `${node.name}.sandbox`, id),
      { address: own.IPAddress, gateway: own.Gateway },
      labels,
    );
    this.#nodes.set(node.name, handle);
    this.nodes.set(node.name, handle);
  }

  async #startWorkload(node: PlannedNode, planned: PlannedContainer, extras: LaunchExtras = {}): Promise<void> {
    const { docker, owner, imageOf } = this.#options;
    const handle = this.#nodes.get(node.name);
    if (handle === undefined) throw new DrillError(`node ${node.name} has no sandbox`, { code: 'internal' });
    const name = `${this.network}-${node.name}-${planned.name}`;
    const labels = labelsOf(owner, node.name, planned.name);
    const volumes = await makeVolumes(planned, {
      docker,
      container: { name, image: imageOf(planned), labels },
      create: async (volume) => {
        let mountpoint = '';
        await this.#noted({ kind: 'volume', name: volume.Name }, async () => {
          ({ Mountpoint: mountpoint } = await (await docker.createVolume(volume)).inspect());
          return volume.Name;
        });
        return mountpoint;
      },
    });
    const id = await this.#noted({ kind: 'container', name }, () =>
      launch({
        name,
        image: imageOf(planned),
        command: planned.command,
        labels,
        network: { join: handle.sandbox.id },
        env: planned.env ?? {},
        files: [...(planned.files ?? []), ...(extras.files ?? [])],
        directories: extras.directories ?? [],
        binds: [...volumes, ...(extras.binds ?? [])],
        ...(extras.cpuShares === undefined ? {} : { cpuShares: extras.cpuShares }),
        ...(planned.shmMiB === undefined ? {} : { shmMiB: planned.shmMiB }),
        ...((extras.user ?? planned.user) === undefined ? {} : { user: extras.user ?? planned.user ?? '' }),
      }),
    );
    handle.workloads.set(planned.name, new EngineContainer(docker, `${node.name}.${planned.name}`, id));
  }

  async #noted(resource: { kind: ResourceNote['kind']; name: string }, create: () => Promise<string>): Promise<string> {
    await this.#options.note({ action: 'creating', ...resource });
    try {
      const id = await create();
      await this.#options.note({ action: 'created', ...resource, id });
      return id;
    } catch (error) {
      if (error instanceof DrillError) throw error;
      const text = messageOf(error);
      const code = /no space left/i.test(text)
        ? 'disk-full'
        : /ECONNREFUSED|ENOENT|socket hang up|ECONNRESET/.test(text)
          ? 'engine-unreachable'
          : 'provision-failed';
      throw new DrillError(`could not create ${resource.kind} ${resource.name}: ${text}`, { code, cause: error });
    }
  }
}

function byStage(nodes: PlannedNode[]): PlannedNode[][] {
  const stages = [...new Set(nodes.map(({ stage = 0 }) => stage))].toSorted((a, b) => a - b);
  return stages.map((wanted) => nodes.filter(({ stage = 0 }) => stage === wanted));
}

/** Waits for all, also when one fails, so that nothing is still being created when the release begins; then throws the first failure. */
async function settleAll(tasks: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
