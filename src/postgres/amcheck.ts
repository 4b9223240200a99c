import type { AmcheckFinal } from '../history/final-state.ts';
import type { Budget } from './budget.ts';
import type { SqlError, SqlResult, SqlSession } from './session.ts';

/** Valid, permanent B-tree indexes of the workload, the catalogs and their TOAST tables. */
const indexesSql = `SELECT c.oid::text AS oid, format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am a ON a.oid = c.relam
  WHERE a.amname = 'btree' AND i.indisvalid AND i.indisready AND c.relpersistence = 'p'
    AND n.nspname IN ('pgdrill', 'pg_catalog', 'pg_toast')
  ORDER BY n.nspname = 'pgdrill' DESC, 2`;

const whereSql = `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'`;

/** SQLSTATE classes that say that the check did not run to its end, and nothing about the index. */
const notRun = /^(?:08|40|42|53|55|57)/;

/** Whether an error of bt_index_check is a finding: the server refused the index or its pages, not the question. */
function isFinding(error: SqlError): boolean {
  return /^[0-9A-Z]{5}$/.test(error.code) && !notRun.test(error.code);
}

/** Creates amcheck where it is missing; on the primary only, standbys get it by replication. */
export async function ensureAmcheck(session: SqlSession): Promise<SqlResult<unknown>> {
  return session.query('CREATE EXTENSION IF NOT EXISTS amcheck');
}

/**
 * bt_index_check with heapallindexed over every index, one statement each, so that a broken index does not hide the next.
 * It takes no lock that a standby lacks. What could not be checked is told to `gap`.
 */
export async function checkIndexes(
  session: SqlSession,
  member: string,
  budget: Budget,
  gap: (sentence: string) => void,
): Promise<AmcheckFinal[]> {
  const [where, indexes] = [
    await session.query<{ schema: string }>(whereSql),
    await session.query<{ oid: string; name: string }>(indexesSql),
  ];
  if (!where.ok || !indexes.ok) {
    gap(where.ok ? (indexes.ok ? '' : indexes.error.message) : where.error.message);
    return [];
  }
  const schema = where.value[0]?.schema;
  if (schema === undefined) {
    gap('the extension is not installed');
    return [];
  }
  const checked: AmcheckFinal[] = [];
  for (const [position, { oid, name }] of indexes.value.entries()) {
    if (budget.spent || !session.open) {
      gap(`stopped after ${position} of ${indexes.value.length} indexes: ${budget.spent ? 'the budget is spent' : 'the session was lost'}`);
      break;
    }
    const result = await session.query(
      `SELECT ${schema}.bt_index_check(index => $1::oid::regclass, heapallindexed => true)`,
      [oid],
      budget.remainingMs(),
    );
    if (result.ok) checked.push({ member, index: name, heapAllIndexed: true, error: null });
    else if (isFinding(result.error)) checked.push({ member, index: name, heapAllIndexed: true, error: result.error.message });
    else gap(`${name}: ${result.error.message}`);
  }
  return checked;
}
