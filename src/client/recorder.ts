import type { AppendLog } from '../history/append.ts';
import type { ClientEvent, CompleteEvent, InvokeEvent } from '../history/operations.ts';

/** What a client says of one series while it runs. */
export interface SeriesStatus {
  ok: number;
  fail: number;
  info: number;
  /** Due time of the newest acknowledged slot, ns; null: none yet. */
  lastOkDueNs: number | null;
  /** Due time of the first refused slot since then; null: the newest slot was acknowledged. */
  refusedSinceNs: number | null;
  /** Acknowledged in the last whole second. */
  okPerSecond: number;
}

interface Counter extends SeriesStatus {
  second: number;
  inSecond: number;
}

/** Writes the client's history, and counts for the live view. An operation counts as acknowledged once its line is on disk where its series asks for that. */
export class Recorder {
  readonly #log: AppendLog;
  readonly #onFailure: (error: Error) => void;
  readonly #counters = new Map<string, Counter>();

  /** `onFailure` is told, once or more, that the history cannot be written: no operation may be acknowledged after it. */
  constructor(log: AppendLog, onFailure: (error: Error) => void) {
    this.#log = log;
    this.#onFailure = onFailure;
  }

  event(event: ClientEvent): void {
    this.#log.append(event);
    this.#watch();
  }

  /** In the kernel's hands before the first byte of the operation leaves. False: it could not be written, so do not send. */
  invoke(event: InvokeEvent): boolean {
    this.#log.appendNow(event);
    this.#watch();
    return this.#log.failed === null;
  }

  complete(event: CompleteEvent, flushed: boolean): void {
    if (!flushed) {
      this.event(event);
      if (this.#log.failed === null) this.#count(event);
      return;
    }
    this.#log.appendFlushed(event).then(() => this.#count(event), this.#onFailure);
  }

  /** By series; `nowNs` closes the second that is counted. */
  status(nowNs: number): Record<string, SeriesStatus> {
    const all: Record<string, SeriesStatus> = {};
    for (const [series, counter] of this.#counters) {
      turn(counter, nowNs);
      const { second: _second, inSecond: _inSecond, ...status } = counter;
      all[series] = status;
    }
    return all;
  }

  #watch(): void {
    if (this.#log.failed !== null) this.#onFailure(this.#log.failed);
  }

  #count({ series, outcome, dueNs, endNs }: CompleteEvent): void {
    let counter = this.#counters.get(series);
    if (counter === undefined) {
      counter = { ok: 0, fail: 0, info: 0, lastOkDueNs: null, refusedSinceNs: null, okPerSecond: 0, second: 0, inSecond: 0 };
      this.#counters.set(series, counter);
    }
    counter[outcome] += 1;
    turn(counter, endNs);
    if (outcome !== 'ok') {
      if (counter.refusedSinceNs === null || dueNs < counter.refusedSinceNs) counter.refusedSinceNs = dueNs;
      return;
    }
    counter.inSecond += 1;
    if (counter.lastOkDueNs === null || dueNs > counter.lastOkDueNs) counter.lastOkDueNs = dueNs;
    if (counter.refusedSinceNs !== null && dueNs > counter.refusedSinceNs) counter.refusedSinceNs = null;
  }
}

/** Moves a counter on to the second that `nowNs` lies in. */
function turn(counter: Counter, nowNs: number): void {
  const second = Math.floor(nowNs / 1e9);
  if (second <= counter.second) return;
  counter.okPerSecond = second === counter.second + 1 ? counter.inSecond : 0;
  counter.inSecond = 0;
  counter.second = second;
}
