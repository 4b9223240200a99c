import { setTimeout as sleep } from 'node:timers/promises';
import type { Budget } from './budget.ts';
import type { SqlResult, SqlSession } from './session.ts';

/** How long a standby may take to replay a marker of a few bytes before it counts as not replaying, ms. */
const replayBudgetMs = 10_000;
const lookEveryMs = 50;

export interface Marker {
  /** The position by which the marker is flushed on the primary. */
  lsn: string;
  /** performance.now() before it was sent: no commit that is as young was there before. */
  begunAtMs: number;
}

/**
 * Commits a transaction that leaves nothing but WAL, so that standbys have something to replay and a commit time to show.
 * It does not wait for synchronous standbys: whether they follow is what it is for.
 */
export async function writeMarker(session: SqlSession): Promise<SqlResult<Marker>> {
  const local = await session.query('SET synchronous_commit = local');
  if (!local.ok) return local;
  const begunAtMs = performance.now();
  const written = await session.query("SELECT pg_logical_emit_message(true, 'pgdrill', 'marker')");
  if (!written.ok) return written;
  const position = await session.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  if (!position.ok) return position;
  return { ok: true, value: { lsn: position.value[0]?.lsn ?? '0/0', begunAtMs } };
}

/** Whether a standby replayed past the marker within the budget. */
export async function replayedPast(session: SqlSession, marker: Marker, budget: Budget): Promise<SqlResult<boolean>> {
  const untilMs = performance.now() + budget.remainingMs(replayBudgetMs);
  for (;;) {
    const look = await session.query<{ past: boolean | null }>('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS past', [marker.lsn]);
    if (!look.ok) return look;
    if (look.value[0]?.past === true) return { ok: true, value: true };
    if (performance.now() >= untilMs) return { ok: true, value: false };
    await sleep(lookEveryMs);
  }
}
