import type { SequenceFinal } from '../history/final-state.ts';
import type { SqlResult, SqlSession } from './session.ts';

/** Sequences owned by a column (serial or identity), ascending, outside the system's schemas. Names come quoted. */
const ownedSql = `SELECT format('%I.%I', sn.nspname, s.relname) AS sequence, format('%I.%I', tn.nspname, t.relname) AS "table",
    quote_ident(a.attname) AS column, q.seqincrement::text AS increment
  FROM pg_sequence q
  JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE q.seqincrement > 0 AND s.relpersistence <> 't' AND sn.nspname <> 'information_schema' AND sn.nspname !~ '^pg_'
  ORDER BY 1`;

interface OwnedRow extends Record<string, unknown> {
  sequence: string;
  table: string;
  column: string;
  increment: string;
}

/** For every owned sequence, what nextval would give (without taking it) and the largest value in use. */
export async function readSequences(session: SqlSession): Promise<SqlResult<SequenceFinal[]>> {
  const owned = await session.query<OwnedRow>(ownedSql);
  if (!owned.ok) return owned;
  const sequences: SequenceFinal[] = [];
  for (const { sequence, table, column, increment } of owned.value) {
    const state = await session.query<{ next: number; max: number | null }>(
      `SELECT (CASE WHEN s.is_called THEN s.last_value + ${increment} ELSE s.last_value END)::float8 AS next,
         (SELECT max(${column})::float8 FROM ${table}) AS max FROM ${sequence} AS s`,
    );
    if (!state.ok) return state;
    const { next = 0, max = null } = state.value[0] ?? {};
    sequences.push({ sequence, column: `${table}.${column}`, nextValue: next, maxValue: max });
  }
  return { ok: true, value: sequences };
}
