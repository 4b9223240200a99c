import type { ConnectionEvent } from '../history/operations.ts';
import type { Failure } from './classify.ts';
import type { ClientRoute } from './config.ts';
import { Session } from './session.ts';

export interface ConnectionsOptions {
  series: string;
  route: ClientRoute;
  count: number;
  /** A connection that has not logged in after this long is given up, ms. */
  connectMs: number;
  /** Pause between the starts of two attempts for one connection, ns. */
  paceNs: number;
  nowNs: () => number;
  onEvent: (event: ConnectionEvent) => void;
  /** A connection is free for use. */
  onFree: () => void;
}

interface Seat {
  session: Session | null;
  connecting: Session | null;
  attemptNs: number;
}

/**
 * The connections of a persistent series: kept, handed out one operation at a time, and replaced in the background when
 * they break. Every coming and going is an event; attempts to connect are paced, one at a time for each connection.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #seats: Seat[];
  /** Longest idle first, so that each is used in its turn and a dead one is found. */
  readonly #idle: Seat[] = [];
  readonly #bySession = new Map<Session, Seat>();
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#seats = Array.from({ length: options.count }, () => ({ session: null, connecting: null, attemptNs: Number.NEGATIVE_INFINITY }));
  }

  /** Tries every connection once, all at the same time. Resolves when each has come or failed. */
  async open(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => this.#attempt(seat)));
  }

  /** A free connection for one operation; null: none. Give it back by release(). */
  take(): Session | null {
    return this.#idle.shift()?.session ?? null;
  }

  /** Ends the use of a connection; a broken one is replaced by a later tend(). */
  release(session: Session): void {
    const seat = this.#bySession.get(session);
    if (seat === undefined || session.brokenBy !== null) return;
    this.#idle.push(seat);
    this.#options.onFree();
  }

  /** Starts at most one attempt: for the missing connection that has waited longest, if its pause is over. */
  tend(): void {
    const dueNs = this.#options.nowNs() - this.#options.paceNs;
    let next: Seat | null = null;
    for (const seat of this.#seats) {
      if (seat.session !== null || seat.connecting !== null || seat.attemptNs > dueNs) continue;
      if (next === null || seat.attemptNs < next.attemptNs) next = seat;
    }
    if (next !== null) void this.#attempt(next);
  }

  /** Says goodbye on every connection, and gives up those in the making. */
  close(): void {
    this.#closed = true;
    for (const { session, connecting } of this.#seats) {
      session?.end();
      connecting?.destroy({ how: 'lost', code: 'connection-closed', message: 'the client stopped' });
    }
  }

  async #attempt(seat: Seat): Promise<void> {
    const { route, connectMs, nowNs, onFree } = this.#options;
    const session = new Session(route);
    seat.connecting = session;
    seat.attemptNs = nowNs();
    const timer = setTimeout(() => session.destroy(tooLate(connectMs)), connectMs);
    const failure = await session.connect();
    clearTimeout(timer);
    seat.connecting = null;
    if (this.#closed) return session.end();
    this.#tell(failure === null ? 'connected' : 'refused', failure);
    if (failure !== null) return;
    seat.session = session;
    this.#bySession.set(session, seat);
    session.onLost = (why) => this.#lose(seat, session, why);
    this.#idle.push(seat);
    onFree();
  }

  #lose(seat: Seat, session: Session, failure: Failure): void {
    seat.session = null;
    this.#bySession.delete(session);
    const at = this.#idle.indexOf(seat);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#tell('lost', failure);
  }

  #tell(state: ConnectionEvent['state'], failure: Failure | null): void {
    const { series, nowNs, onEvent } = this.#options;
    const error = failure === null ? {} : { error: { code: failure.code, message: failure.message } };
    onEvent({ type: 'connection', series, atNs: nowNs(), state, ...error });
  }
}

function tooLate(connectMs: number): Failure {
  return { how: 'deadline', code: 'deadline', message: `not connected after ${Math.round(connectMs)} ms` };
}
