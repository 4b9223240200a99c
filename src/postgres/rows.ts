import type { FinalState, OpRanges } from '../history/final-state.ts';
import type { SeriesKind } from '../history/operations.ts';
import type { SqlResult, SqlSession } from './session.ts';

/** Where each kind of series leaves its rows, one row per (series, op). */
const tableOf: Record<SeriesKind, string> = { probe: 'pgdrill.probe', ledger: 'pgdrill.ledger', bank: 'pgdrill.transfer' };

export interface WrittenSeries {
  name: string;
  kind: SeriesKind;
  access: 'write' | 'read';
}

/** Runs of consecutive op numbers share the difference to their rank: each such island is one range. */
const islandsSql = (table: string): string => `SELECT series, min(op)::float8 AS first, max(op)::float8 AS last
  FROM (SELECT series, op, op - row_number() OVER (PARTITION BY series ORDER BY op) AS island
        FROM ${table} WHERE series = ANY ($1)) AS ranked
  GROUP BY series, island ORDER BY series, first`;

interface IslandRow extends Record<string, unknown> {
  series: string;
  first: number;
  last: number;
}

/**
 * The op numbers that are there, per write series, as ranges. Reads the heap and not the indexes, here and in what the
 * session reads next, so that a broken index cannot hide a row.
 */
export async function readRows(session: SqlSession, series: readonly WrittenSeries[]): Promise<SqlResult<Record<string, OpRanges>>> {
  const heap = await heapOnly(session);
  if (!heap.ok) return heap;
  const written = series.filter(({ access }) => access === 'write');
  const rows: Record<string, OpRanges> = Object.fromEntries(written.map(({ name }) => [name, []]));
  for (const kind of new Set(written.map((one) => one.kind))) {
    const names = written.filter((one) => one.kind === kind).map(({ name }) => name);
    const islands = await session.query<IslandRow>(islandsSql(tableOf[kind]), [names]);
    if (!islands.ok) return islands;
    for (const { series: name, first, last } of islands.value) rows[name]?.push([first, last]);
  }
  return { ok: true, value: rows };
}

/** Makes the session's plans read tables and not indexes. */
async function heapOnly(session: SqlSession): Promise<SqlResult<unknown>> {
  const settings = ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan'];
  return session.query(`SELECT ${settings.map((name) => `set_config('${name}', 'off', false)`).join(', ')}`);
}

/** The bank: every account started with `initialBalance`, and transfers only move money. */
export async function readBank(
  session: SqlSession,
  bank: { accounts: number; initialBalance: number },
): Promise<SqlResult<NonNullable<FinalState['bank']>>> {
  const result = await session.query<{ accounts: number; total: number | null }>(
    'SELECT count(*)::int AS accounts, sum(balance)::float8 AS total FROM pgdrill.account',
  );
  if (!result.ok) return result;
  const { accounts = 0, total = null } = result.value[0] ?? {};
  return { ok: true, value: { accounts, expectedTotal: bank.accounts * bank.initialBalance, total: total ?? 0 } };
}
