import type { Process } from './processes.ts';

/** Processes that a fault can pick out, by what they are. The first five are servers of their own; the others are children of a postmaster. */
export const processKinds = [
  'postmaster',
  'patroni',
  'etcd',
  'haproxy',
  'pgbouncer',
  'checkpointer',
  'startup',
  'walreceiver',
  'walsender',
  'archiver',
] as const;
export type ProcessKind = (typeof processKinds)[number];

const servers: Partial<Record<ProcessKind, RegExp>> = {
  // Single-user mode (crash recovery, pg_rewind) and initdb's bootstrap are `postgres` too, and no postmaster.
  postmaster: /^(?!.* --(?:single|boot|check|describe-config)\b).*\bpostgres\b/,
  patroni: /\bpatroni\b/,
  etcd: /\betcd\b/,
  haproxy: /\bhaproxy\b/,
  pgbouncer: /\bpgbouncer\b/,
};
const executable: Partial<Record<ProcessKind, RegExp>> = { postmaster: /^postgres$/, patroni: /^(?:patroni|python[\d.]*)$/ };

/** Whether it is a server, which somebody must start again, or a child that its postmaster replaces. */
export function isServer(kind: ProcessKind): boolean {
  return servers[kind] !== undefined;
}

/** The processes of a kind among all of a container's. */
export function ofKind(kind: ProcessKind, all: readonly Process[]): Process[] {
  const title = servers[kind];
  // `postgres: walsender …`, with cluster_name set `postgres: drill: walsender …`.
  if (title === undefined) return all.filter((process) => new RegExp(`^postgres: (?:.+: )?${kind}\\b`).test(process.title));
  const name = executable[kind] ?? new RegExp(`^${kind}$`);
  const matching = all.filter((process) => name.test(process.name) && title.test(process.title));
  // Of a server and its children of the same name, the server is the one whose parent is something else.
  return matching.filter(({ parent }) => !matching.some(({ pid }) => pid === parent));
}
