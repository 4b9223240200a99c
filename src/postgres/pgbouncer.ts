import type { Answer } from './http.ts';
import { withSession, type SqlRow } from './session.ts';

/** One line of `SHOW POOLS`. */
export interface PgbouncerPool {
  database: string;
  user: string;
  clientsActive: number;
  clientsWaiting: number;
  serversActive: number;
  serversIdle: number;
  /** How long the first client in the queue has waited, ms. */
  maxWaitMs: number;
}

/** One line of `SHOW SERVERS`: a connection that the pooler holds. */
export interface PgbouncerServer {
  database: string;
  user: string;
  state: string;
  address: string;
  port: number;
  /** As the pooler formats it: `2026-11-21 10:04:30 UTC`. */
  connectedAt: string;
}

/** One line of `SHOW DATABASES`: where the pooler would connect to. */
export interface PgbouncerDatabase {
  name: string;
  host: string;
  port: number;
  database: string;
  paused: boolean;
  disabled: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The admin console of one PgBouncer (1.18 and later): a session for each question, bounded in time. */
export class PgbouncerConsole {
  readonly #target: { host: string; port: number; user: string };
  readonly #budgetMs: number;

  constructor(target: { host: string; port: number; user: string }, budgetMs = 2000) {
    this.#target = target;
    this.#budgetMs = budgetMs;
  }

  pools(): Promise<Answer<PgbouncerPool[]>> {
    return this.#show('POOLS', (row) => ({
      database: text(row['database']),
      user: text(row['user']),
      clientsActive: Number(row['cl_active']),
      clientsWaiting: Number(row['cl_waiting']),
      serversActive: Number(row['sv_active']),
      serversIdle: Number(row['sv_idle']),
      maxWaitMs: Number(row['maxwait']) * 1000 + Number(row['maxwait_us']) / 1000,
    }));
  }

  servers(): Promise<Answer<PgbouncerServer[]>> {
    return this.#show('SERVERS', (row) => ({
      database: text(row['database']),
      user: text(row['user']),
      state: text(row['state']),
      address: text(row['addr']),
      port: Number(row['port']),
      connectedAt: text(row['connect_time']),
    }));
  }

  databases(): Promise<Answer<PgbouncerDatabase[]>> {
    return this.#show('DATABASES', (row) => ({
      name: text(row['name']),
      host: text(row['host']),
      port: Number(row['port']),
      database: text(row['database']),
      paused: Number(row['paused']) === 1,
      disabled: Number(row['disabled']) === 1,
    }));
  }

  async #show<T>(what: string, read: (row: SqlRow) => T): Promise<Answer<T[]>> {
    const limits = { connectMs: this.#budgetMs, statementMs: this.#budgetMs, applicationName: 'pgdrill' };
    const target = { ...this.#target, database: 'pgbouncer' };
    // Without parameters the session speaks the simple protocol, the only one that the console knows.
    const rows = await withSession(target, limits, (session) => session.query(`SHOW ${what}`));
    return rows.ok ? { ok: true, value: rows.value.map(read) } : { ok: false, error: rows.error.message };
  }
}
