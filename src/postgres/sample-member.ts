import type { MemberSample } from '../history/observations.ts';
import type { SqlResult, SqlSession } from './session.ts';

/**
 * Timeline: a primary's from the name of the WAL file it inserts into. A standby's is the newest of what it receives and what
 * its control file recorded: exact while it streams; without a receiver it may be one that has been left since.
 * Every branch that fails on the wrong side of pg_is_in_recovery() is inside CASE, which PostgreSQL evaluates lazily.
 */
export const timelineSql = `CASE WHEN pg_is_in_recovery()
  THEN greatest((SELECT received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()))
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END`;

/** Primary: insert position; standby: replay position. */
export const positionSql = `CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END::text`;

const sampleSql = `SELECT pg_is_in_recovery() AS "inRecovery", ${timelineSql} AS timeline, ${positionSql} AS lsn,
  (SELECT sender_host FROM pg_stat_wal_receiver) AS upstream`;

interface SampleRow extends Record<string, unknown> {
  inRecovery: boolean;
  timeline: number;
  lsn: string | null;
  upstream: string | null;
}

/** What SQL says of a member now: one cheap query. Needs a superuser or pg_monitor. */
export async function sampleMember(session: SqlSession): Promise<SqlResult<NonNullable<MemberSample['sql']>>> {
  const result = await session.query<SampleRow>(sampleSql);
  if (!result.ok) return result;
  const row = result.value[0];
  if (row === undefined) return { ok: false, error: { code: 'no-row', message: 'the sample query returned no row' } };
  const { inRecovery, timeline, lsn, upstream } = row;
  return { ok: true, value: { inRecovery, timeline, lsn: lsn ?? '0/0', ...(upstream === null ? {} : { upstream }) } };
}
