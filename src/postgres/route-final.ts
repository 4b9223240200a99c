import { setTimeout as sleep } from 'node:timers/promises';
import type { RouteFinal } from '../history/final-state.ts';
import type { Budget } from './budget.ts';
import type { Marker } from './marker.ts';
import { withSession, type SqlSession, type SqlTarget } from './session.ts';

export interface RouteTarget extends SqlTarget {
  name: string;
}

const limits = { connectMs: 5000, statementMs: 5000, applicationName: 'pgdrill-examine' };
/** How long a replica may take to show the marker's commit before its age is taken as it is, ms. */
const freshWithinMs = 2000;

const routeSql = `SELECT host(inet_server_addr()) AS server, pg_is_in_recovery() AS "inRecovery",
  CASE WHEN pg_is_in_recovery()
    THEN (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::float8 END AS "replayAgeMs"`;

interface RouteRow extends Record<string, unknown> {
  server: string | null;
  inRecovery: boolean;
  replayAgeMs: number | null;
}

/**
 * Where a new connection on a route ends up, and how fresh that server is. On a quiet system the newest commit is old
 * everywhere; the age means something only after the primary committed a marker, so a replica is asked until it shows it.
 */
export async function readRoute(target: RouteTarget, marker: Marker | null, budget: Budget): Promise<RouteFinal> {
  const untilMs = (marker?.begunAtMs ?? 0) + freshWithinMs;
  const seen = await withSession(target, { ...limits, connectMs: budget.remainingMs(limits.connectMs) }, async (session: SqlSession) => {
    for (;;) {
      const result = await session.query<RouteRow>(routeSql);
      if (!result.ok) return result;
      const row = result.value[0] ?? { server: null, inRecovery: false, replayAgeMs: null };
      const fresh = row.replayAgeMs !== null && marker !== null && row.replayAgeMs <= performance.now() - marker.begunAtMs;
      if (!row.inRecovery || fresh || performance.now() >= untilMs || budget.spent) return { ok: true, value: row };
      await sleep(50);
    }
  });
  if (!seen.ok) return { route: target.name, server: null, inRecovery: null, replayAgeMs: null, error: seen.error.message };
  const { server, inRecovery, replayAgeMs } = seen.value;
  return { route: target.name, server, inRecovery, replayAgeMs: replayAgeMs === null ? null : Math.max(0, Math.round(replayAgeMs)) };
}
