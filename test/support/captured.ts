import { RunClock } from '../../src/base/clock.ts';
import { schemaSql } from '../../src/client/schema.ts';
import type { FinalCaptureOptions } from '../../src/postgres/examine.ts';
import type { PostgresServer } from './postgres-server.ts';

export const database = 'drill';

/** The workload's objects with rows as its clients leave them: gaps in a probe's, two thousand of a ledger's, one transfer. */
export async function makeWorkload(server: PostgresServer): Promise<void> {
  await server.sql('postgres', 'CREATE ROLE drill LOGIN', 'CREATE DATABASE drill OWNER drill');
  await server.sql(database, schemaSql({ accounts: 10 }));
  await server.sql(
    database,
    "INSERT INTO pgdrill.probe (series, op) SELECT 'rw-persistent', op FROM generate_series(0, 99) op WHERE op NOT IN (7, 50, 51)",
    "INSERT INTO pgdrill.ledger (series, op, payload) SELECT 'ledger', op, 'x' FROM generate_series(3, 2002) op",
    "INSERT INTO pgdrill.transfer (series, op, from_account, to_account, amount) VALUES ('bank', 4, 1, 2, 5)",
    'UPDATE pgdrill.account SET balance = balance + CASE id WHEN 1 THEN -5 ELSE 5 END WHERE id IN (1, 2)',
  );
}

/** Options that capture the final state of `members`: the first is the route `rw`, the others are `ro`. */
export function captureOptions(members: PostgresServer[], overrides: Partial<FinalCaptureOptions> = {}): FinalCaptureOptions {
  return {
    members: members.map((server) => server.member(database)),
    agents: async (member) => ({ role: member === 'pg1' ? 'primary' : 'replica', state: 'running' }),
    routes: members.map((server, index) => ({
      name: index === 0 ? 'rw' : 'ro',
      host: server.address,
      port: 5432,
      database,
      user: 'drill',
    })),
    clock: new RunClock(),
    series: [
      { name: 'rw-persistent', kind: 'probe', access: 'write' },
      { name: 'rw-new', kind: 'probe', access: 'write' },
      { name: 'ro-persistent', kind: 'probe', access: 'read' },
      { name: 'ledger', kind: 'ledger', access: 'write' },
      { name: 'bank', kind: 'bank', access: 'write' },
    ],
    bank: { accounts: 10, initialBalance: 1000 },
    budgetMs: 30_000,
    ...overrides,
  };
}
