import { DatabaseError, type Connection, type Submittable } from 'pg';
import type { Failure } from './classify.ts';
import { failureOf, unsent } from './failure.ts';

/** What a statement was answered with. */
export interface Answer {
  rows: (string | null)[][];
  /** Command tag: `INSERT 0 1`, `COMMIT`, `ROLLBACK`. */
  tag: string;
  /** False: the server gave up waiting for its synchronous standby, and committed locally only. */
  durable: boolean;
}

export type Result = { ok: true; answer: Answer } | { ok: false; failure: Failure };

/**
 * One statement on its way through pg.Client, which calls the handlers below as messages arrive. Takes the place of pg's
 * own Query: it parses nothing that a probe does not read, and ends only when the server is ready for the next statement.
 */
export class Statement implements Submittable {
  readonly #sql: string;
  readonly #done = Promise.withResolvers<Result>();
  readonly #rows: (string | null)[][] = [];
  #tag = '';
  #durable = true;
  /** The server's refusal, which comes before the server is ready again. */
  #refusal: Failure | null = null;

  constructor(sql: string) {
    this.#sql = sql;
  }

  get done(): Promise<Result> {
    return this.#done.promise;
  }

  /** Called by pg to send it. An error returned goes to handleError, and nothing has left. */
  submit(connection: Connection): Error | undefined {
    if (!connection.stream.writable) {
      this.lose(unsent({ how: 'lost', code: 'connection-closed', message: 'the connection was closed before the statement left' }));
      return new Error('connection closed');
    }
    connection.query(this.#sql);
    return undefined;
  }

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#tag = message.text;
  }

  handleReadyForQuery(): void {
    this.settle();
  }

  handleError(error: Error): void {
    if (error instanceof DatabaseError) this.#refusal ??= failureOf(error);
    else this.lose(failureOf(error));
  }

  notDurable(): void {
    this.#durable = false;
  }

  /** The server is ready for the next statement: this one is answered or refused. */
  settle(): void {
    if (this.#refusal !== null) this.#done.resolve({ ok: false, failure: this.#refusal });
    else this.#done.resolve({ ok: true, answer: { rows: this.#rows, tag: this.#tag, durable: this.#durable } });
  }

  /** The connection is gone. A refusal that had arrived before stands. */
  lose(failure: Failure): void {
    this.#done.resolve({ ok: false, failure: this.#refusal ?? failure });
  }
}
