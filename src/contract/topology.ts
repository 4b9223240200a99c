import type { z } from 'zod';
import type { MonitorEvent } from '../history/observations.ts';
import type { RunClock } from '../base/clock.ts';
import type { NodeHandle } from './node.ts';

/**
 * Words. A *topology* is a representative PostgreSQL installation. A *node* is one simulated host: a sandbox container
 * that owns network namespace, address and host name, and the *workload* containers that join it. A *route* is how a
 * client reaches the database. A *capability* is what a topology can do beyond its plan.
 */

/** Which image a workload runs: `postgres`, `etcd`, `haproxy`, `pgbouncer`, `tools`, `client`. The user may name other images per role. */
export const imageRoles = ['postgres', 'etcd', 'haproxy', 'pgbouncer', 'tools', 'client'] as const;
export type ImageRole = (typeof imageRoles)[number];

/** A file laid into a container before it starts. */
export interface PlannedFile {
  path: string;
  content: string;
  /** Octal permission bits; default 0o644. */
  mode?: number;
}

/** A directory kept outside the container's writable layer, so that it survives a restart and can be read while the container is down. */
export interface PlannedVolume {
  name: string;
  path: string;
}

/**
 * A data directory made once per image and parameters and reused by every run: a command that is run in the role's image
 * and leaves `path` filled. The result is an image of its own, tagged by the hash of all this. A container whose seed lies at
 * one of its volumes has it there as its own: as an overlay where the engine can, else as a copy.
 */
export interface PlannedSeed {
  role: ImageRole;
  /** In the image there is nothing there yet. */
  path: string;
  /** Shell script, run as root. */
  script: string;
}

export interface PlannedContainer {
  /** Unique in its node: `db`, `etcd`, `haproxy`, `pgbouncer`. */
  name: string;
  role: ImageRole;
  command: string[];
  env?: Record<string, string>;
  user?: string;
  files?: PlannedFile[];
  volumes?: PlannedVolume[];
  /** Start from this seed's image in place of the role's plain image. */
  seed?: PlannedSeed;
  /** Estimate for `plan` and for guards, not a limit. */
  memoryMiB: number;
  shmMiB?: number;
}

export interface PlannedNode {
  name: string;
  zone: string;
  region: string;
  containers: PlannedContainer[];
  /** Nodes start in rising order of stage; nodes of one stage start together. Default 0. */
  stage?: number;
  /** Ports that other nodes use, by what they are: { postgres: 5432, patroni: 8008 }. */
  ports: Record<string, number>;
}

/** A group of nodes that faults can cut from another. Links are directed; `both` is two of them. */
export interface PlannedLink {
  from: string[];
  to: string[];
  what: string;
}

export interface PlannedRoute {
  /** `rw`, `ro`, or `member:<node>`. */
  name: string;
  host: string;
  port: number;
  database: string;
  user: string;
  /** The nodes in the path, client first: ['pooler', 'router', 'pg1|pg2|pg3']. */
  via: string[];
}

export interface TopologyPlan {
  topology: string;
  nodes: PlannedNode[];
  links: PlannedLink[];
  routes: PlannedRoute[];
  /** What was asked for of settings that a running system may silently adjust: name → value as text. Read back by `parametersInForce`. */
  asked: Record<string, string>;
}

/** What a topology's own settings promise, for the faults named: an objective below `atLeastMs` cannot be met by design. */
export interface OutagePromise {
  /** Kinds of fault it holds for. */
  faults: string[];
  route: string;
  /** The outage that the settings make unavoidable, ms, and the outage they should bound, ms (null: they bound nothing). */
  atLeastMs: number;
  atMostMs: number | null;
  /** "a lost primary is noticed when its lease of ttl 20 s runs out; …" */
  because: string;
}

/** What a durability setting promises of acknowledged writes when the primary is lost. */
export interface DurabilityPromise {
  /** Kinds of fault by which a primary is lost together with what only it has. */
  faults: string[];
  /** Acknowledged writes that may be missing after a failover: `none`, or `some` (asynchronous replication). */
  loss: 'none' | 'some';
  because: string;
}

export interface Health {
  /** Writable through SQL on exactly one member, and the agent agrees. */
  healthy: boolean;
  /** Every member is there, streaming, on the primary's timeline, synchronous where asked. */
  redundant: boolean;
  primary: string | null;
  /** One line on what is missing, for waits. */
  seen: string;
}

/** A member that answers SQL. */
export interface Member {
  node: NodeHandle;
  /** As a superuser, to the database that holds the workload. */
  sql: { host: string; port: number; user: string; database: string };
  /** Where its cluster lies: the workload that owns it, its directory there, and PostgreSQL's programs. */
  data: { workload: string; dir: string; binDir: string };
}

/** What a topology can do beyond its plan. A scenario that needs what is missing is refused at validation. */
export interface Capabilities {
  /** The node that takes writes according to SQL; null when none does now. */
  primary(): Promise<string | null>;
  members(): Member[];
  /** What an agent says of a member, in its own words; null: it does not answer. */
  agent(member: string): Promise<{ role: string; state: string; timeline?: number; pendingRestart?: boolean } | null>;
  /** Hands the primary's role over in good order. @throws DrillError `fault-failed` when it is refused. */
  switchover(to?: string): Promise<{ from: string; to: string }>;
  /** The nodes of the DCS. */
  dcs(): NodeHandle[];
  /** The node that leads the DCS; null when there is no quorum. */
  dcsLeader(): Promise<string | null>;
  /** Where the pooler and the router send a route now: node names. */
  routeTargets(route: string): Promise<string[]>;
}
export type Capability = keyof Capabilities;

/** A topology that is running. */
export interface RunningTopology extends AsyncDisposable {
  capabilities: Partial<Capabilities>;
  health(): Promise<Health>;
  /** The settings named in the plan's `asked`, as in force now. */
  parametersInForce(): Promise<Record<string, string>>;
  /** Observes members, leader key and routers until disposed; events are delivered in the order they were seen. */
  watch(sink: (event: MonitorEvent) => void): Promise<AsyncDisposable>;
}

/** What a topology gets to work with once its nodes are up. */
export interface ClusterAccess {
  plan: TopologyPlan;
  nodes: ReadonlyMap<string, NodeHandle>;
  clock: RunClock;
  /** PostgreSQL major version. */
  postgres: number;
}

export interface TopologyDefinition<P extends z.ZodObject = z.ZodObject> {
  kind: string;
  summary: string;
  params: P;
  /** Capabilities that a running instance will have; known without running it. */
  capabilities: readonly Capability[];
  /** Pure: the same parameters give the same plan, byte for byte. `postgres` is the major version. */
  plan(params: z.output<P>, context: { postgres: number }): TopologyPlan;
  promises(params: z.output<P>): { rto: OutagePromise[]; durability: DurabilityPromise };
  connect(access: ClusterAccess): Promise<RunningTopology>;
  /** What this topology cannot simulate, one sentence each, for the report. */
  notSimulated: readonly string[];
}

/** Declares a topology. A plugin file exports the result as its default. */
export function defineTopology<P extends z.ZodObject>(definition: TopologyDefinition<P>): TopologyDefinition<P> {
  return definition;
}
