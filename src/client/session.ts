import { Socket } from 'node:net';
import { Client } from 'pg';
import { saysNotDurable, type Failure } from './classify.ts';
import type { ClientRoute } from './config.ts';
import { failureOf, unsent } from './failure.ts';
import { Statement, type Result } from './statement.ts';

/** One connection, one statement at a time. Simple protocol, unnamed: it goes through a pooler in transaction mode too. */
export class Session {
  readonly #client: Client;
  readonly #socket: Socket;
  #statement: Statement | null = null;
  #brokenBy: Failure | null = null;
  /** Called once when the connection breaks, whoever broke it; not after end(). */
  onLost: ((failure: Failure) => void) | null = null;

  /** Not connected yet: see connect(). */
  constructor(route: ClientRoute) {
    const { host, port, database, user } = route;
    this.#socket = new Socket();
    this.#client = new Client({ host, port, database, user, application_name: 'pgdrill', stream: () => this.#socket });
    this.#client.on('notice', (notice) => {
      if (saysNotDurable(notice)) this.#statement?.notDurable();
    });
    this.#client.on('error', (error) => this.#break(failureOf(error)));
    this.#client.on('end', () => this.#break({ how: 'lost', code: 'connection-closed', message: 'the connection was closed' }));
    // A statement that errored is over only when the server is ready again; pg tells that by `drain`.
    this.#client.on('drain', () => this.#statement?.settle());
  }

  /** Connects and logs in; null when done, else why not. Never throws; destroy() ends the wait. */
  connect(): Promise<Failure | null> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.onLost = () => resolve();
    this.#client.connect((error: Error | null) => {
      if (error !== null) return this.destroy(failureOf(error));
      this.onLost = null;
      resolve();
    });
    // Asked only now: the answer to the login and the end of the connection may arrive together.
    return promise.then(() => this.#brokenBy);
  }

  /** What broke the connection; null while it works. */
  get brokenBy(): Failure | null {
    return this.#brokenBy;
  }

  /** Sends one statement and waits until the server is ready for the next, or the connection is gone. Never throws. */
  async exec(sql: string): Promise<Result> {
    if (this.#brokenBy !== null) return { ok: false, failure: unsent(this.#brokenBy) };
    this.#statement = new Statement(sql);
    this.#client.query(this.#statement);
    const result = await this.#statement.done;
    this.#statement = null;
    return result;
  }

  /** Says goodbye and closes, without waiting for the server to close its side. */
  end(): void {
    this.onLost = null;
    this.#socket.once('finish', () => this.#socket.destroy());
    this.#client.end(() => {});
  }

  /**
   * Closes at once, without a goodbye: the server may be stuck. A statement under way ends with this failure, unless the
   * server's refusal of it had already come.
   */
  destroy(failure: Failure): void {
    this.#socket.destroy();
    this.#break(failure);
  }

  #break(failure: Failure): void {
    if (this.#brokenBy !== null) return;
    this.#brokenBy = failure;
    this.#statement?.lose(failure);
    this.onLost?.(failure);
  }
}
