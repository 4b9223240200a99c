/** Balance of every account at the start: the bank's invariant is accounts × this. */
export const initialBalance = 1000;

/**
 * The database objects of the workload, for a superuser to apply; idempotent.
 * `user` is the role that clients connect as; it must exist.
 */
export function schemaSql(options: { accounts: number; user?: string }): string {
  const user = `"${(options.user ?? 'drill').replaceAll('"', '""')}"`;
  return `
CREATE EXTENSION IF NOT EXISTS amcheck;
CREATE SCHEMA IF NOT EXISTS pgdrill;
CREATE TABLE IF NOT EXISTS pgdrill.probe (
  series text NOT NULL,
  op bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (series, op)
);
CREATE TABLE IF NOT EXISTS pgdrill.ledger (
  id bigserial PRIMARY KEY,
  series text NOT NULL,
  op bigint NOT NULL,
  payload text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (series, op)
);
CREATE TABLE IF NOT EXISTS pgdrill.account (
  id int PRIMARY KEY,
  balance bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS pgdrill.transfer (
  id bigserial PRIMARY KEY,
  series text NOT NULL,
  op bigint NOT NULL,
  from_account int NOT NULL,
  to_account int NOT NULL,
  amount bigint NOT NULL,
  UNIQUE (series, op)
);
INSERT INTO pgdrill.account (id, balance)
  SELECT id, ${initialBalance} FROM generate_series(1, ${options.accounts}) AS id
  ON CONFLICT (id) DO NOTHING;
GRANT USAGE ON SCHEMA pgdrill TO ${user};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA pgdrill TO ${user};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA pgdrill TO ${user};
-- Lets a read probe tell the timeline that a standby receives.
GRANT pg_read_all_stats TO ${user};
`;
}
