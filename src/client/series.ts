import { outcomeOf, type Failure, type Phase } from './classify.ts';
import type { ClientRoute, ClientSeries } from './config.ts';
import { Connections } from './connections.ts';
import type { Recorder } from './recorder.ts';
import { Session } from './session.ts';
import { workOf, type Done, type Work } from './work.ts';

/** Attempts for one connection start at least this far apart, ns. */
const paceNsMin = 20_000_000;

/** A workload waits this long for its pool, as an application does; a probe, which is to tell when, one interval. */
const workloadPatienceNs = 250_000_000;

interface Due {
  op: number;
  dueNs: number;
}

/** A slot that waits for a connection, until `patienceNs` at the latest. */
interface Slot extends Due {
  patienceNs: number;
}

/** Runs one series: takes its slots as they fall due, does their work, and records how each ended. */
export class SeriesRunner {
  readonly config: ClientSeries;
  readonly #route: ClientRoute;
  readonly #recorder: Recorder;
  readonly #nowNs: () => number;
  readonly #work: Work;
  readonly #connections: Connections | null;
  readonly #running = new Set<Promise<void>>();
  readonly #patienceNs: number;
  #waiting: Slot[] = [];

  constructor(config: ClientSeries, route: ClientRoute, recorder: Recorder, nowNs: () => number) {
    this.config = config;
    this.#route = route;
    this.#recorder = recorder;
    this.#nowNs = nowNs;
    this.#work = workOf(config);
    this.#patienceNs = config.kind === 'probe' ? config.intervalNs : Math.max(config.intervalNs, workloadPatienceNs);
    this.#connections = config.connection === 'new' ? null : this.#pool();
  }

  /** Opens the connections; resolves when each has come or failed. */
  async open(): Promise<void> {
    await this.#connections?.open();
  }

  /** Slot `op` is due: starts its operation, without waiting for it. */
  issue(op: number, dueNs: number): void {
    const connections = this.#connections;
    if (connections === null) {
      if (this.#running.size >= this.config.connections) this.#refuse({ op, dueNs }, 'no-connection', 'all connections are in use');
      else this.#track(this.#operate({ op, dueNs }, null));
      return;
    }
    const nowNs = this.#nowNs();
    this.#expire(nowNs);
    const free = connections.take();
    const attempt = connections.attempt(dueNs);
    if (free === null && attempt !== null) return this.#track(this.#connectFor({ op, dueNs }, attempt));
    void attempt?.then((opened) => {
      if (opened instanceof Session) connections.release(opened);
    });
    if (free !== null) return this.#track(this.#operate({ op, dueNs }, free));
    // What the client itself was late with the slot does not count.
    this.#waiting.push({ op, dueNs, patienceNs: nowNs + this.#patienceNs + Math.max(0, nowNs - dueNs) });
  }

  /** Refuses what still waits and resolves when every operation under way has ended. Issue nothing after this. */
  async drain(): Promise<void> {
    for (const slot of this.#waiting.splice(0)) this.#refuse(slot, 'no-connection', 'the client stopped before a connection was free');
    this.#connections?.giveUp();
    await Promise.all(this.#running);
    this.#connections?.close();
  }

  #pool(): Connections {
    const { series, connections: count, deadlineNs, intervalNs } = this.config;
    return new Connections({
      series,
      route: this.#route,
      count,
      connectMs: deadlineNs / 1e6,
      paceNs: Math.max(paceNsMin, intervalNs),
      nowNs: this.#nowNs,
      onEvent: (event) => this.#recorder.event(event),
      onFree: () => this.#serve(),
    });
  }

  #expire(nowNs: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].patienceNs <= nowNs) {
      this.#refuse(this.#waiting.shift() as Slot, 'no-connection', 'no connection was free');
    }
  }

  #serve(): void {
    this.#expire(this.#nowNs());
    while (this.#waiting.length > 0) {
      const session = this.#connections?.take() ?? null;
      if (session === null) return;
      this.#track(this.#operate(this.#waiting.shift() as Slot, session));
    }
  }

  #refuse({ op, dueNs }: Due, code: string, message: string): void {
    const { series } = this.config;
    this.#recorder.complete(
      { type: 'complete', series, op, dueNs, startNs: dueNs, endNs: this.#nowNs(), outcome: 'fail', error: { code, message } },
      false,
    );
  }

  #track(operation: Promise<void>): void {
    const tracked = operation.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** A slot that finds no connection makes the attempt that is due, and stands and falls with it, as an application's does. */
  async #connectFor(slot: Due, attempt: Promise<Session | Failure>): Promise<void> {
    const opened = await attempt;
    if (opened instanceof Session) return this.#operate(slot, opened);
    this.#refuse(slot, 'no-connection', `no connection was free, and none could be made: ${opened.message}`);
  }

  async #operate({ op, dueNs }: Due, pooled: Session | null): Promise<void> {
    const { series, deadlineNs, kind, access } = this.config;
    const startNs = this.#nowNs();
    const leftMs = (dueNs + deadlineNs - startNs) / 1e6;
    if (leftMs <= 0 || !this.#recorder.invoke({ type: 'invoke', series, op, dueNs, startNs })) {
      this.#refuse({ op, dueNs }, 'deadline', 'the deadline had passed before the operation could start');
      if (pooled !== null) this.#connections?.release(pooled);
      return;
    }
    const session = pooled ?? new Session(this.#route);
    let phase: Phase = 'connecting';
    // A timer may fire a fraction of a millisecond early, and nothing is cut off before its time.
    const timer = setTimeout(() => session.destroy(overdue(deadlineNs)), Math.ceil(leftMs) + 1);
    const done = await this.#attempt(session, pooled === null, op, (reached) => (phase = reached));
    clearTimeout(timer);
    const end = { type: 'complete', series, op, dueNs, startNs, endNs: this.#nowNs() } as const;
    if (done.ok) this.#recorder.complete({ ...end, outcome: 'ok', value: done.value }, kind === 'ledger');
    else {
      const { code, message } = done.failure;
      this.#recorder.complete({ ...end, outcome: outcomeOf(access, phase, done.failure), error: { code, message } }, false);
    }
    if (pooled === null) return session.end();
    if (!done.ok && done.inTransaction) await this.#rollBack(session);
    this.#connections?.release(session);
  }

  async #attempt(session: Session, connect: boolean, op: number, reached: (phase: Phase) => void): Promise<Done> {
    const failure = connect ? await session.connect() : null;
    if (failure !== null) return { ok: false, failure, inTransaction: false };
    return this.#work(session, op, reached);
  }

  async #rollBack(session: Session): Promise<void> {
    const timer = setTimeout(() => session.destroy(overdue(this.config.deadlineNs)), this.config.deadlineNs / 1e6);
    const result = await session.exec('ROLLBACK');
    clearTimeout(timer);
    // A connection in a transaction that could not be ended must not be used again.
    if (!result.ok) session.destroy(result.failure);
  }
}

function overdue(deadlineNs: number): Failure {
  return { how: 'deadline', code: 'deadline', message: `not answered ${Math.round(deadlineNs / 1e6)} ms after it was due` };
}
