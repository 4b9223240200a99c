import type { LagEvent } from './operations.ts';

/** What the observers of a drill saw from outside: samples and events, one JSON object a line, in `history/monitor.jsonl`. */

/** One member, asked directly: what SQL says and what its agent (Patroni) says, side by side. */
export interface MemberSample {
  type: 'member';
  atNs: number;
  member: string;
  /** null: SQL did not answer; `sqlError` says why. */
  sql: { inRecovery: boolean; timeline: number; lsn: string; upstream?: string } | null;
  sqlError?: string;
  /** null: the agent did not answer. `role` and `state` are the agent's own words (`primary`, `replica`; `running`, `streaming`, `stopped`). */
  agent: { role: string; state: string; timeline?: number; lsn?: string } | null;
  agentError?: string;
}

/** The leader key in the DCS changed hands. `holder` null: the key is gone (expired or released). */
export interface LeaderEvent {
  type: 'leader';
  atNs: number;
  holder: string | null;
  /** DCS revision of the change where it has one. */
  revision?: number;
  how: 'initial' | 'acquired' | 'expired' | 'released' | 'lost-sight';
}

/** A router changed its mind about a server: HAProxy marked it UP or DOWN for a route. */
export interface RouteEvent {
  type: 'route';
  atNs: number;
  route: string;
  router: string;
  server: string;
  up: boolean;
  reason?: string;
}

/** A line of a server's or agent's log that marks a step of a failover. Times are the log's own, placed on the run's axis. */
export interface ServerLogEvent {
  type: 'log';
  atNs: number;
  node: string;
  program: 'postgres' | 'patroni' | 'haproxy' | 'pgbouncer' | 'etcd';
  what:
    | 'crashed' // a process was terminated by a signal
    | 'shut-down'
    | 'starting'
    | 'promote-requested'
    | 'timeline-selected'
    | 'ready' // accepting connections
    | 'ready-read-only'
    | 'lock-acquired' // the agent won the leader key
    | 'demoted'
    | 'rewound'
    | 'streaming'
    | 'sync-wait-cancelled';
  timeline?: number;
  text: string;
}

/** Load of the host, once a second. Pressure is PSI `some avg10` in percent where the kernel has it, else null. */
export interface HostSample {
  type: 'host';
  atNs: number;
  load1: number;
  cpuPressurePct: number | null;
  memoryAvailableMiB: number;
}

export type MonitorEvent = MemberSample | LeaderEvent | RouteEvent | ServerLogEvent | HostSample | LagEvent;
