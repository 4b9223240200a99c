import type { MemberFinal } from '../history/final-state.ts';
import { positionSql, timelineSql } from './sample-member.ts';
import { withSession, type SessionLimits, type SqlResult, type SqlSession, type SqlTarget } from './session.ts';
import { historyFileName, parseTimelineHistory } from './timeline-history.ts';

const memberSql = `SELECT pg_is_in_recovery() AS "inRecovery", ${timelineSql} AS timeline, ${positionSql} AS lsn,
  pg_last_wal_receive_lsn()::text AS "receiveLsn",
  r.status AS "receiverStatus", r.sender_host AS upstream, r.received_tli AS "receiverTimeline",
  (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier"
FROM (SELECT 1) AS one LEFT JOIN pg_stat_wal_receiver AS r ON true`;

interface MemberRow extends Record<string, unknown> {
  inRecovery: boolean;
  timeline: number;
  lsn: string | null;
  receiveLsn: string | null;
  receiverStatus: string | null;
  upstream: string | null;
  receiverTimeline: number | null;
  systemIdentifier: string;
}

/** All that SQL says of a member's role and replication. `replayAdvanced` is the caller's to find out. Needs a superuser. */
export async function readMember(
  session: SqlSession,
  replayAdvanced: boolean | null,
): Promise<SqlResult<Omit<NonNullable<MemberFinal['sql']>, 'checksumFailures'>>> {
  const result = await session.query<MemberRow>(memberSql);
  if (!result.ok) return result;
  const row = result.value[0];
  if (row === undefined) return { ok: false, error: { code: 'no-row', message: 'the member query returned no row' } };
  return {
    ok: true,
    value: {
      inRecovery: row.inRecovery,
      timeline: row.timeline,
      lsn: row.lsn ?? '0/0',
      ...(row.receiveLsn === null ? {} : { receiveLsn: row.receiveLsn }),
      replayAdvanced,
      ...(row.receiverStatus === null
        ? {}
        : { walReceiver: { status: row.receiverStatus, upstream: row.upstream ?? '', timeline: row.receiverTimeline ?? 0 } }),
      systemIdentifier: row.systemIdentifier,
    },
  };
}

/** The server's own record of how its timeline came to be; timeline 1 has none. Needs a superuser. */
export async function readTimelineHistory(session: SqlSession, timeline: number): Promise<SqlResult<MemberFinal['timelineHistory']>> {
  if (timeline <= 1) return { ok: true, value: [] };
  const file = `pg_wal/${historyFileName(timeline)}`;
  const result = await session.query<{ content: string | null }>('SELECT pg_read_file($1, 0, 1048576, true) AS content', [file]);
  if (!result.ok) return result;
  const content = result.value[0]?.content ?? null;
  if (content === null) return { ok: false, error: { code: 'no-file', message: `${file} is not there` } };
  return { ok: true, value: parseTimelineHistory(content) };
}

/** Pages whose checksum was found wrong, since the statistics were last reset; null where data checksums are off. */
export async function readChecksumFailures(session: SqlSession): Promise<SqlResult<number | null>> {
  const result = await session.query<{ failures: number | null }>(
    `SELECT CASE WHEN current_setting('data_checksums') = 'on' THEN coalesce(sum(checksum_failures), 0)::float8 END AS failures
     FROM pg_stat_database`,
  );
  return result.ok ? { ok: true, value: result.value[0]?.failures ?? null } : result;
}

/**
 * The timeline that a standby has replayed to. SQL tells it only while a WAL receiver runs; the replication protocol always does.
 */
export async function readReplayTimeline(target: SqlTarget, limits: SessionLimits): Promise<SqlResult<number>> {
  return withSession({ ...target, replication: 'database' }, limits, async (session) => {
    const result = await session.query<{ timeline: number | string }>('IDENTIFY_SYSTEM');
    if (!result.ok) return result;
    return { ok: true, value: Number(result.value[0]?.timeline ?? 0) };
  });
}
