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
    const nowNs = this.#options.nowNs();
    const attempts = this.#seats.map((seat) => this.#connect(seat, nowNs));
    for (const opened of await Promise.all(attempts)) if (opened instanceof Session) this.release(opened);
  }

  /** A free connection for one operation; null: none. Give it back by release(). */
  take(): Session | null {
    return this.#idle.shift()?.session ?? null;
  }

  /** Ends the use of a connection; a broken one is replaced by a later attempt. */
  release(session: Session): void {
    const seat = this.#bySession.get(session);
    if (seat === undefined || session.brokenBy !== null) return;
    this.#idle.push(seat);
    this.#options.onFree();
  }

  /**
   * Starts an attempt for the missing connection that has waited longest, if its pause is over at `dueNs`; null: none is to
   * be made now. The connection that comes of it is the caller's to use and to release.
   */
  attempt(dueNs: number): Promise<Session | Failure> | null {
    let next: Seat | null = null;
    for (const seat of this.#seats) {
      if (seat.session !== null || seat.connecting !== null || seat.attemptNs > dueNs - this.#options.paceNs) continue;
      if (next === null || seat.attemptNs < next.attemptNs) next = seat;
    }
    return next === null || this.#closed ? null : this.#connect(next, dueNs);
  }

  /** Gives up the attempts under way, and makes no more. */
  giveUp(): void {
    this.#closed = true;
    for (const { connecting } of this.#seats)
      connecting?.destroy({ how: 'lost', code: 'connection-closed', message: 'the client stopped' });
  }

  /** Says goodbye on every connection. */
  close(): void {
    for (const { session } of this.#seats) session?.end();
  }

  /** Attempts are paced by the due times of slots, which are regular, not by the clock, which is read a little late each time. */
  async #connect(seat: Seat, dueNs: number): Promise<Session | Failure> {
    const { route, connectMs } = this.#options;
    const session = new Session(route);
    seat.connecting = session;
    seat.attemptNs = dueNs;
    const timer = setTimeout(() => session.destroy(tooLate(connectMs)), connectMs);
    const failure = await session.connect();
    clearTimeout(timer);
    seat.connecting = null;
    if (!this.#closed) this.#tell(failure === null ? 'connected' : 'refused', failure);
    if (failure !== null) return failure;
    seat.session = session;
    this.#bySession.set(session, seat);
    session.onLost = (why) => this.#lose(seat, session, why);
    return session;
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
