import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type Dockerode from 'dockerode';
import type { NodeHandle } from '../src/contract/node.ts';
import type { PlannedContainer, PlannedNode, TopologyPlan } from '../src/contract/topology.ts';
import { EngineContainer } from '../src/runtime/container.ts';
import { labelsOf, type RunOwner } from '../src/runtime/labels.ts';

const run = promisify(execFile);
const docker = async (...args: string[]): Promise<string> => (await run('docker', args)).stdout.trim();

/** The containers of a plan as somebody would start them by hand: `docker run`, files bind-mounted, data directories made by initdb. */
export class PlainCluster {
  readonly nodes = new Map<string, NodeHandle>();
  readonly #docker: Dockerode;
  readonly #owner: RunOwner;
  readonly #plan: TopologyPlan;
  readonly #imageOf: (role: string) => string;
  readonly #folder: string;
  readonly #network: string;

  constructor(engine: Dockerode, owner: RunOwner, plan: TopologyPlan, imageOf: (role: string) => string, folder: string) {
    this.#docker = engine;
    this.#owner = owner;
    this.#plan = plan;
    this.#imageOf = imageOf;
    this.#folder = folder;
    this.#network = `pgdrill-${owner.runId}`;
  }

  /** Starts everything, and makes the database that the routes lead to as soon as there is a primary. */
  async start(how: 'in turn' | 'at once'): Promise<void> {
    await docker('network', 'create', ...this.#labels(), this.#network);
    await each(this.#plan.nodes, how, (node) => this.#sandbox(node));
    for (const stage of new Set(this.#plan.nodes.map((node) => node.stage ?? 0))) {
      const inStage = this.#plan.nodes.filter((node) => (node.stage ?? 0) === stage);
      await each(
        inStage.flatMap((node) => node.containers.map((container) => [node, container] as const)),
        how,
        ([node, container]) => this.#workload(node, container),
      );
    }
    await this.#makeDatabase();
  }

  #labels(node?: string, workload?: string): string[] {
    return Object.entries(labelsOf(this.#owner, node, workload)).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  }

  async #sandbox(node: PlannedNode): Promise<void> {
    const name = `${this.#network}-${node.name}`;
    const id = await docker(
      'run',
      '--detach',
      '--name',
      name,
      '--hostname',
      node.name,
      '--network',
      this.#network,
      '--network-alias',
      node.name,
      ...this.#labels(node.name),
      this.#imageOf('tools'),
      'tini',
      '--',
      'sleep',
      'infinity',
    );
    const address = await docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id);
    this.nodes.set(node.name, {
      name: node.name,
      zone: node.zone,
      region: node.region,
      address,
      sandbox: new EngineContainer(this.#docker, name, id),
      workloads: new Map(
        node.containers.map((container) => [
          container.name,
          new EngineContainer(this.#docker, container.name, `${name}-${container.name}`),
        ]),
      ),
      controlAddresses: [],
      runBeside: () => Promise.reject(new Error('nothing is read beside a plain cluster')),
    });
  }

  async #workload(node: PlannedNode, container: PlannedContainer): Promise<void> {
    const name = `${this.#network}-${node.name}-${container.name}`;
    const mounts: string[] = [];
    for (const [index, file] of (container.files ?? []).entries()) {
      const source = join(this.#folder, `${name}-${index}`);
      await mkdir(this.#folder, { recursive: true });
      await writeFile(source, file.content);
      await chmod(source, file.mode ?? 0o644);
      mounts.push('--volume', `${source}:${file.path}:ro`);
    }
    for (const volume of container.volumes ?? []) {
      const source = `${name}-${volume.name}`;
      await docker('volume', 'create', ...this.#labels(node.name, container.name), source);
      mounts.push('--volume', `${source}:${volume.path}`);
    }
    await docker(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      `container:${this.#network}-${node.name}`,
      ...mounts,
      ...this.#labels(node.name, container.name),
      ...asUser(container, this.#imageOf(container.role)),
    );
  }

  async #makeDatabase(): Promise<void> {
    const members = this.#plan.nodes
      .filter((node) => node.containers.some(({ role }) => role === 'postgres'))
      .map((node) => `${this.#network}-${node.name}-db`);
    for (let attempt = 0; attempt < 600; attempt++) {
      for (const member of members) {
        const made = await run('docker', [
          'exec',
          member,
          'psql',
          '-U',
          'postgres',
          '-qc',
          'CREATE ROLE drill LOGIN',
          '-c',
          'CREATE DATABASE drill OWNER drill',
        ]).catch(() => null);
        if (made !== null) return;
      }
      await sleep(100);
    }
    throw new Error('no member took writes within the budget');
  }
}

/** A new volume is root's: where there is one, the container begins as root and hands it over. */
function asUser({ user, volumes = [], command }: PlannedContainer, image: string): string[] {
  if (user === undefined) return [image, ...command];
  if (volumes.length === 0) return ['--user', user, image, ...command];
  const handOver = volumes.map(({ path }) => `chown ${user} ${path} && chmod 0700 ${path}`).join(' && ');
  return [
    '--user',
    'root',
    image,
    'sh',
    '-ec',
    `${handOver}; exec setpriv --reuid ${user} --regid ${user} --init-groups "$@"`,
    'sh',
    ...command,
  ];
}

async function each<T>(items: readonly T[], how: 'in turn' | 'at once', act: (item: T) => Promise<void>): Promise<void> {
  if (how === 'at once') await Promise.all(items.map(act));
  else for (const item of items) await act(item);
}
