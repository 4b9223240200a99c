import { Socket } from 'node:net';
import pg from 'pg';
import { messageOf } from '../base/errors.ts';

export { sampleMember } from './sample-member.ts';

export interface SqlTarget {
  host: string;
  port: number;
  user: string;
  database: string;
  /** A session of a walsender, which understands IDENTIFY_SYSTEM too; statements without parameters only. */
  replication?: 'database';
}

export interface SessionLimits {
  /** From the first packet to "ready for query", ms. */
  connectMs: number;
  /** Each statement, ms. A statement that takes longer closes the session. */
  statementMs: number;
  applicationName: string;
}

/** SQLSTATE where the server answered, the socket's code (`ECONNREFUSED`), or `deadline`. */
export interface SqlError {
  code: string;
  message: string;
}
export type SqlResult<T> = { ok: true; value: T } | { ok: false; error: SqlError };

/** Shape of a result row; values are as node-postgres parses them (bigint as text). */
export type SqlRow = Record<string, unknown>;

function failure(error: unknown): { ok: false; error: SqlError } {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'connection-lost';
  return { ok: false, error: { code, message: messageOf(error) || code } };
}

/** Settles by the deadline, whatever becomes of the work. */
async function bounded<T>(work: Promise<T>, budgetMs: number, what: string): Promise<SqlResult<T>> {
  const { promise: late, resolve } = Promise.withResolvers<SqlResult<T>>();
  const timer = setTimeout(
    () => resolve({ ok: false, error: { code: 'deadline', message: `${what}: no answer within ${Math.round(budgetMs)} ms` } }),
    Math.max(0, budgetMs),
  );
  const settled = work.then((value): SqlResult<T> => ({ ok: true, value }), failure);
  return Promise.race([settled, late]).finally(() => clearTimeout(timer));
}

/**
 * One connection to one server. Failing and hanging servers are what a drill is about, so every answer is a value and
 * every wait is bounded: nothing here throws, and nothing waits for a peer that is frozen or gone.
 */
export class SqlSession implements AsyncDisposable {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  readonly #limits: SessionLimits;

  private constructor(client: pg.Client, socket: Socket, limits: SessionLimits) {
    this.#client = client;
    this.#socket = socket;
    this.#limits = limits;
  }

  static async open(target: SqlTarget, limits: SessionLimits): Promise<SqlResult<SqlSession>> {
    // A socket of our own: the one way to let go of a peer that never answers.
    const socket = new Socket();
    // Server-side settings are not sent in the startup packet: PgBouncer refuses those that it does not know.
    const client = new pg.Client({ ...target, application_name: limits.applicationName, stream: () => socket });
    // A connection that dies between statements is reported by the next statement.
    client.on('error', () => undefined);
    const connected = await bounded(client.connect(), limits.connectMs, `connecting to ${target.host}:${target.port}`);
    if (connected.ok) return { ok: true, value: new SqlSession(client, socket, limits) };
    socket.destroy();
    return connected;
  }

  /** Runs one statement. After `deadline` the session is closed, and further statements fail. */
  async query<Row extends SqlRow>(sql: string, values: unknown[] = [], statementMs = this.#limits.statementMs): Promise<SqlResult<Row[]>> {
    const result = await bounded(this.#client.query<Row>(sql, values), statementMs, 'statement');
    if (result.ok) return { ok: true, value: result.value.rows };
    if (result.error.code === 'deadline') this.#socket.destroy();
    return result;
  }

  /** Whether statements can still be sent. */
  get open(): boolean {
    return !this.#socket.destroyed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#socket.destroyed) await bounded(this.#client.end(), this.#limits.connectMs, 'closing');
    this.#socket.destroy();
  }
}

/** Opens a session, lets `use` work with it, and closes it. A session that cannot be had is a result, not an exception. */
export async function withSession<T>(
  target: SqlTarget,
  limits: SessionLimits,
  use: (session: SqlSession) => Promise<SqlResult<T>>,
): Promise<SqlResult<T>> {
  const opened = await SqlSession.open(target, limits);
  if (!opened.ok) return opened;
  await using session = opened.value;
  return await use(session);
}
