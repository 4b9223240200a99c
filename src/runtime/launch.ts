import { GenericContainer, Wait } from 'testcontainers';
import type { PlannedFile } from '../contract/topology.ts';
import type { Bind } from './volumes.ts';

export interface LaunchSpec {
  name: string;
  image: string;
  command: string[];
  labels: Record<string, string>;
  /** A network to stand on under an alias, or another container whose network namespace to join. */
  network: { name: string; alias: string } | { join: string };
  hostname?: string;
  env?: Record<string, string>;
  user?: string;
  capabilities?: string[];
  files?: readonly PlannedFile[];
  directories?: readonly { source: string; target: string }[];
  binds?: readonly Bind[];
  shmMiB?: number;
  cpuShares?: number;
}

/** testcontainers' container with the settings of the engine that it has no words for. */
class Container extends GenericContainer {
  /**
   * Stands on one network only, under an alias. testcontainers' own aliases make the engine (20.10) attach the default
   * bridge as well, which would be a second path around every partition.
   */
  onNetwork(network: string, alias: string): this {
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [alias] } } };
    return this.withNetworkMode(network);
  }

  weighing(cpuShares: number): this {
    this.hostConfig.CpuShares = cpuShares;
    return this;
  }

  mounting(binds: readonly Bind[]): this {
    this.hostConfig.Binds = binds.map(({ source, target, unfilled }) => `${source}:${target}:${unfilled === true ? 'rw,nocopy' : 'rw'}`);
    return this;
  }
}

/** Creates and starts a container; it is running, not ready, when this returns. @returns its id. */
export async function launch(spec: LaunchSpec): Promise<string> {
  const container = new Container(spec.image)
    .mounting(spec.binds ?? [])
    .withName(spec.name)
    .withCommand(spec.command)
    .withLabels(spec.labels)
    .withEnvironment(spec.env ?? {})
    .withCopyContentToContainer((spec.files ?? []).map((file) => ({ content: file.content, target: file.path, mode: file.mode ?? 0o644 })))
    .withCopyDirectoriesToContainer([...(spec.directories ?? [])])
    // Removal is ours, by label: the library's reaper is an image that a closed network does not have.
    .withAutoCleanup(false)
    // Readiness is asked of the program itself (SQL, REST), by the topology.
    .withWaitStrategy(Wait.forListeningPorts());
  if ('join' in spec.network) container.withNetworkMode(`container:${spec.network.join}`);
  else container.onNetwork(spec.network.name, spec.network.alias);
  if (spec.hostname !== undefined) container.withHostname(spec.hostname);
  if (spec.user !== undefined) container.withUser(spec.user);
  if (spec.capabilities !== undefined) container.withAddedCapabilities(...spec.capabilities);
  if (spec.shmMiB !== undefined) container.withSharedMemorySize(spec.shmMiB * 1024 * 1024);
  if (spec.cpuShares !== undefined) container.weighing(spec.cpuShares);
  const started = await container.start();
  return started.getId();
}
