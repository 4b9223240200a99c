import { open, type FileHandle } from 'node:fs/promises';
import type { ClientEvent, SeriesEvent } from '../history/operations.ts';

/** One series as it stands now. */
export interface SeriesNow {
  declared: SeriesEvent;
  /** Acknowledged operations in a row up to the latest. */
  acceptedInARow: number;
  completed: number;
  /** Due time of the first of the row of refusals that is still going on; null: the latest was accepted. */
  refusedSinceNs: number | null;
  lastRefusedDueNs: number | null;
  /** End times of acknowledged operations in the last second, ns. */
  recentAcksNs: number[];
}

/** Follows the client's history file while it grows: what the drill steers by is what the score is computed from. */
export class HistoryTail implements AsyncDisposable {
  readonly series = new Map<string, SeriesNow>();
  started = false;
  ended = false;
  readonly #path: string;
  #file: FileHandle | null = null;
  #offset = 0;
  #rest = '';
  #reading: Promise<void> | null = null;
  readonly #buffer = Buffer.alloc(256 * 1024);

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads what has been added since the last call. Callers that come while a read is under way share it. */
  poll(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #read(): Promise<void> {
    this.#file ??= await open(this.#path, 'r').catch(() => null);
    if (this.#file === null) return;
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const lines = (this.#rest + this.#buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as ClientEvent);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  /** Acknowledged writes per second over the second before `nowNs`, all series but the direct ones. */
  writesPerSecond(nowNs: number): number {
    let count = 0;
    for (const now of this.series.values()) {
      if (now.declared.access !== 'write' || now.declared.route !== 'rw') continue;
      while ((now.recentAcksNs[0] ?? nowNs) < nowNs - 1e9) now.recentAcksNs.shift();
      count += now.recentAcksNs.length;
    }
    return count;
  }

  #take(event: ClientEvent): void {
    if (event.type === 'client-start') this.started = true;
    else if (event.type === 'client-end') this.ended = true;
    else if (event.type === 'series') {
      this.series.set(event.series, {
        declared: event,
        acceptedInARow: 0,
        completed: 0,
        refusedSinceNs: null,
        lastRefusedDueNs: null,
        recentAcksNs: [],
      });
    } else if (event.type === 'complete') {
      const now = this.series.get(event.series);
      if (now === undefined) return;
      now.completed++;
      if (event.outcome === 'ok') {
        now.acceptedInARow++;
        now.refusedSinceNs = null;
        now.recentAcksNs.push(event.endNs);
        if (now.recentAcksNs.length > 10_000) now.recentAcksNs.splice(0, 5000);
      } else {
        now.acceptedInARow = 0;
        now.refusedSinceNs ??= event.dueNs;
        now.lastRefusedDueNs = event.dueNs;
      }
    }
  }
}
