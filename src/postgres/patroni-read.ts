/** What one member's agent says of it (`GET /patroni`), in the words of Patroni 4 whatever the version. */
export interface PatroniStatus {
  /** `primary`, `replica`, `standby_leader`, `uninitialized`, `demoted`: Patroni 3 says `master`. */
  role: string;
  /** `running`, `streaming`, `in archive recovery`, `starting`, `stopping`, `stopped`, `crashed`, `start failed`, … */
  state: string;
  /** Null: the server does not run. */
  timeline: number | null;
  /** Primary: write position; standby: replay position. */
  lsn: string | null;
  receivedLsn: string | null;
  pendingRestart: boolean;
  /** How it counts for synchronous replication, on a standby. */
  sync: 'sync' | 'quorum' | null;
  /** The cluster is in maintenance mode. */
  paused: boolean;
  /** Standbys of a primary, as pg_stat_replication has them. */
  replication: { name: string; state: string; syncState: string }[];
  /** Unix seconds at which the agent last saw the DCS. */
  dcsLastSeen: number | null;
  serverVersion: number | null;
  patroniVersion: string;
}

/** One line of `GET /cluster`. `role` is `primary` where Patroni says `leader`. */
export interface PatroniMember {
  name: string;
  role: string;
  state: string;
  host: string;
  port: number;
  timeline: number | null;
  /** Bytes behind; null: unknown. */
  lagBytes: number | null;
  pendingRestart: boolean;
}

export interface PatroniCluster {
  members: PatroniMember[];
  paused: boolean;
}

type Json = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** `0/1BD3318` of a WAL position in bytes, as Patroni gives it. */
export function lsnOfBytes(bytes: number): string {
  const high = Math.floor(bytes / 2 ** 32);
  return `${high.toString(16)}/${(bytes - high * 2 ** 32).toString(16)}`.toUpperCase();
}

const lsn = (value: unknown): string | null => (typeof value === 'number' && value > 0 ? lsnOfBytes(value) : null);

/** Patroni 3 calls a primary `master`, and the list of members calls it `leader`. */
const role = (value: unknown): string => (value === 'master' || value === 'leader' ? 'primary' : text(value));

/** Reads the reply of `GET /patroni`. */
export function readStatus(json: Json): PatroniStatus {
  const xlog = (json['xlog'] ?? {}) as Json;
  return {
    role: role(json['role']),
    // A standby's `state` is `running`; what its replication does has a word of its own (not yet in Patroni 3.0).
    state: text(json['replication_state']) || text(json['state']),
    timeline: number(json['timeline']),
    lsn: lsn(xlog['location'] ?? xlog['replayed_location']),
    receivedLsn: lsn(xlog['received_location']),
    pendingRestart: json['pending_restart'] === true,
    sync: json['sync_standby'] === true ? 'sync' : json['quorum_standby'] === true ? 'quorum' : null,
    paused: json['pause'] === true,
    replication: list(json['replication']).map((standby) => ({
      name: text(standby['application_name']),
      state: text(standby['state']),
      syncState: text(standby['sync_state']),
    })),
    dcsLastSeen: number(json['dcs_last_seen']),
    serverVersion: number(json['server_version']),
    patroniVersion: text(((json['patroni'] ?? {}) as Json)['version']),
  };
}

/** Reads the reply of `GET /cluster`. */
export function readCluster(json: Json): PatroniCluster {
  return {
    paused: json['pause'] === true,
    members: list(json['members']).map((member) => ({
      name: text(member['name']),
      role: role(member['role']),
      state: text(member['state']),
      host: text(member['host']),
      port: number(member['port']) ?? 5432,
      timeline: number(member['timeline']),
      // `unknown` is a word here.
      lagBytes: number(member['lag']),
      pendingRestart: member['pending_restart'] === true,
    })),
  };
}
