/** The time a scheduler lives in. */
export interface Timing {
  nowNs(): number;
  /** Calls `wake` once, `ms` from now: a fraction of a millisecond early, or any time late. Returns what calls it off. */
  after(ms: number, wake: () => void): () => void;
}

/** A series as the scheduler sees it: slot k is due at t0Ns + k · intervalNs. */
export interface Cadence {
  t0Ns: number;
  intervalNs: number;
  issue(op: number, dueNs: number): void;
}

/** Slots issued in one go when behind; then I/O gets its turn, so that answers are not kept waiting by catching up. */
const batchMax = 64;

/**
 * Issues every slot of every series, in the order they are due, never early and never dropped: a slot that is late
 * because the event loop was busy is still issued, with the time it was due.
 */
export class Scheduler {
  readonly #timing: Timing;
  readonly #lanes: { cadence: Cadence; op: number; dueNs: number }[];
  #callOff: (() => void) | null = null;
  #stopped = false;

  constructor(timing: Timing, cadences: readonly Cadence[]) {
    this.#timing = timing;
    this.#lanes = cadences.map((cadence) => ({ cadence, op: 0, dueNs: cadence.t0Ns }));
  }

  start(): void {
    this.#run();
  }

  /** No slot is issued after this. */
  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
  }

  #run(): void {
    for (let issued = 0; issued < batchMax && !this.#stopped; issued++) {
      const lane = this.#earliest();
      if (lane === null) return;
      const waitNs = lane.dueNs - this.#timing.nowNs();
      if (waitNs > 0) {
        this.#arm(Math.ceil(waitNs / 1e6));
        return;
      }
      const { op, dueNs } = lane;
      lane.op = op + 1;
      // From t0 each time: sums of intervals would drift.
      lane.dueNs = lane.cadence.t0Ns + lane.op * lane.cadence.intervalNs;
      lane.cadence.issue(op, dueNs);
    }
    if (!this.#stopped) this.#arm(0);
  }

  #arm(ms: number): void {
    this.#callOff = this.#timing.after(ms, () => this.#run());
  }

  #earliest() {
    let first = this.#lanes[0] ?? null;
    for (const lane of this.#lanes) if (first !== null && lane.dueNs < first.dueNs) first = lane;
    return first;
  }
}
