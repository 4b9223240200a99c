import type { Evidence } from '../history/evidence.ts';
import type { ServerLogEvent } from '../history/observations.ts';

/** An instant by which something had happened, and who says so. */
export interface Proof {
  atNs: number;
  source: string;
}

/** The leader key expired, or was let go. */
export function leaderGone(evidence: Evidence): Proof[] {
  return evidence.leaders
    .filter(({ how }) => how === 'expired' || how === 'released')
    .map(({ atNs, how }) => ({ atNs, source: `dcs: leader key ${how}` }));
}

/** Another member than `old` holds the leader key. */
export function leaderElected(evidence: Evidence, old: string | null): (Proof & { member: string })[] {
  const keys = evidence.leaders.flatMap(({ atNs, how, holder }) =>
    how === 'acquired' && holder !== null ? [{ atNs, member: holder, source: `dcs: leader key acquired by ${holder}` }] : [],
  );
  const locks = logged(evidence, 'lock-acquired').map(({ atNs, node }) => ({
    atNs,
    member: node,
    source: `patroni log: ${node} acquired the lock`,
  }));
  return [...keys, ...locks].filter(({ member }) => member !== old);
}

/** The server of `member` said that it lets writers in. */
export function readyLogged(evidence: Evidence, member: string): Proof[] {
  return logged(evidence, 'ready')
    .filter(({ node, program }) => node === member && program === 'postgres')
    .map(({ atNs }) => ({ atNs, source: `postgres log: ${member} ready to accept connections` }));
}

/** `member` was seen taking writes on a timeline above `above`: by SQL, or by a direct write that it acknowledged. */
export function seenWritable(evidence: Evidence, member: string, above: number): Proof[] {
  const sampled = evidence.members.filter(
    (one) => one.member === member && one.sql !== null && !one.sql.inRecovery && one.sql.timeline > above,
  );
  const written = directWrites(evidence, member).filter(({ timeline }) => timeline !== undefined && timeline > above);
  return [
    ...sampled.map(({ atNs, sql }) => ({ atNs, source: `sql: ${member} not in recovery on timeline ${sql?.timeline ?? '?'}` })),
    ...written.map(({ atNs }) => ({ atNs, source: `client: ${member} acknowledged a direct write` })),
  ];
}

/**
 * The route leads to `member`, by a router's word; of a route that no router speaks of, by a connection that came through.
 * Behind a pooler that is no proof: it lets clients in whether or not it has a server for them.
 */
export function routed(evidence: Evidence, route: string, member: string): Proof[] {
  const told = evidence.routes.filter((one) => one.route === route);
  if (told.length > 0) {
    const up = told.filter((one) => one.server === member && one.up);
    return up.map(({ atNs, router }) => ({ atNs, source: `${router}: ${member} is up on ${route}` }));
  }
  const connected = evidence.connections.filter(
    ({ series, state }) => state === 'connected' && evidence.series.get(series)?.declared.route === route,
  );
  return connected.map(({ atNs, series }) => ({ atNs, source: `client: ${series} connected again` }));
}

/** The server of `member` was being started again. */
export function restarting(evidence: Evidence, member: string): Proof[] {
  return logged(evidence, 'starting')
    .filter(({ node, program }) => node === member && program === 'postgres')
    .map(({ atNs }) => ({ atNs, source: `postgres log: ${member} is starting` }));
}

function logged(evidence: Evidence, what: ServerLogEvent['what']): ServerLogEvent[] {
  return evidence.log.filter((one) => one.what === what);
}

function directWrites(evidence: Evidence, member: string): { atNs: number; timeline: number | undefined }[] {
  const direct = [...evidence.series.values()].filter(
    ({ declared }) => declared.route === `member:${member}` && declared.access === 'write',
  );
  return direct.flatMap(({ operations }) =>
    operations.flatMap(({ outcome, endNs, value }) =>
      outcome === 'ok' && endNs !== null ? [{ atNs: endNs, timeline: value?.timeline }] : [],
    ),
  );
}
