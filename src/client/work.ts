import type { OperationValue } from '../history/operations.ts';
import type { Failure, Phase } from './classify.ts';
import type { ClientSeries } from './config.ts';
import type { Session } from './session.ts';
import type { Answer } from './statement.ts';

/** How a series' operation ended; `inTransaction`: the connection needs a ROLLBACK before its next use. */
export type Done = { ok: true; value: OperationValue } | { ok: false; failure: Failure; inTransaction: boolean };

/** Does operation `op` over a session. `reached` is told how far it is, before each byte that matters leaves. */
export type Work = (session: Session, op: number, reached: (phase: Phase) => void) => Promise<Done>;

/** The work of a series. */
export function workOf(series: ClientSeries): Work {
  if (series.kind === 'bank') return transfer(series.series, series.accounts ?? 2);
  if (series.access === 'read') return read;
  if (series.kind === 'ledger') {
    const payload = 'x'.repeat(series.payloadBytes ?? 0);
    return write((op) => `INSERT INTO pgdrill.ledger (series, op, payload) VALUES ('${series.series}', ${op}, '${payload}')`);
  }
  return write((op) => `INSERT INTO pgdrill.probe (series, op) VALUES ('${series.series}', ${op})`);
}

/** What a server that writes says of itself: address, WAL insert position, and the timeline from the WAL file's name. */
const writerColumns = `host(inet_server_addr()), pg_current_wal_insert_lsn(), substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)`;

/** An autocommit write: one statement, one round trip. */
function write(insert: (op: number) => string): Work {
  return async (session, op, reached) => {
    reached('committing');
    const result = await session.exec(`${insert(op)} RETURNING ${writerColumns}`);
    return result.ok ? { ok: true, value: written(result.answer) } : { ...result, inTransaction: false };
  };
}

function written({ rows, durable }: Answer): OperationValue {
  const [server = null, lsn = null, timeline = null] = rows[0] ?? [];
  return {
    ...(server === null ? {} : { server }),
    ...(lsn === null ? {} : { lsn }),
    ...(timeline === null ? {} : { timeline: Number.parseInt(timeline, 16) }),
    ...(durable ? {} : { durable }),
  };
}

/** pg_walfile_name is refused in recovery; there the timeline is the one received, which only some roles may see. */
const readSql = `SELECT host(inet_server_addr()), pg_is_in_recovery(),
  CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END,
  CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END,
  CASE WHEN pg_is_in_recovery() THEN (SELECT received_tli::text FROM pg_stat_wal_receiver)
       ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int::text END`;

const read: Work = async (session, _op, reached) => {
  reached('sent');
  const result = await session.exec(readSql);
  if (!result.ok) return { ...result, inTransaction: false };
  const [server = null, inRecovery = null, lsn = null, replayAgeMs = null, timeline = null] = result.answer.rows[0] ?? [];
  const value: OperationValue = {
    ...(server === null ? {} : { server }),
    ...(inRecovery === null ? {} : { inRecovery: inRecovery === 't' }),
    ...(lsn === null ? {} : { lsn }),
    ...(replayAgeMs === null ? {} : { replayAgeMs: Number(replayAgeMs) }),
    ...(timeline === null ? {} : { timeline: Number(timeline) }),
  };
  return { ok: true, value };
};

/** Moves money between two accounts, locking them in order of id so that transfers do not deadlock among themselves. */
function transfer(series: string, accounts: number): Work {
  return async (session, op, reached) => {
    const { from, to, amount } = transferOf(op, accounts);
    const change = (id: number) => `UPDATE pgdrill.account SET balance = balance + ${id === to ? amount : -amount} WHERE id = ${id}`;
    const first = Math.min(from, to);
    const second = Math.max(from, to);
    const entry = `INSERT INTO pgdrill.transfer (series, op, from_account, to_account, amount) VALUES ('${series}', ${op}, ${from}, ${to}, ${amount})`;
    reached('sent');
    for (const sql of ['BEGIN', change(first), change(second)]) {
      const result = await session.exec(sql);
      if (!result.ok) return { ...result, inTransaction: sql !== 'BEGIN' };
    }
    const inserted = await session.exec(`${entry} RETURNING ${writerColumns}`);
    if (!inserted.ok) return { ...inserted, inTransaction: true };
    reached('committing');
    return committed(await session.exec('COMMIT'), inserted.answer);
  };
}

function committed(result: Awaited<ReturnType<Session['exec']>>, inserted: Answer): Done {
  if (!result.ok) return { ...result, inTransaction: false };
  const { tag, durable } = result.answer;
  if (tag === 'COMMIT') return { ok: true, value: written({ ...inserted, durable }) };
  // COMMIT of a transaction that had failed is answered with the tag ROLLBACK, and no error.
  return { ok: false, failure: { how: 'answered', code: '40000', message: `COMMIT was answered with ${tag}` }, inTransaction: false };
}

/** Which accounts transfer `op` touches: spread by a multiplicative hash (Knuth's constant), the same in every run. */
export function transferOf(op: number, accounts: number): { from: number; to: number; amount: number } {
  const hash = Math.imul(op + 1, 2_654_435_761) >>> 0;
  const from = (hash % accounts) + 1;
  const step = ((hash >>> 8) % (accounts - 1)) + 1;
  return { from, to: ((from - 1 + step) % accounts) + 1, amount: (hash % 10) + 1 };
}
