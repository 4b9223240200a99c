import type { RunClock } from '../base/clock.ts';
import { AppendLog } from '../history/append.ts';
import type { JournalEvent } from '../history/journal.ts';

/** An event as its author knows it: the journal adds the time. */
export type Entry = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 'atNs'> : never) : never;

/** The journal of one drill: every entry is on disk before `write` returns, so that what acts next has been announced. */
export class Journal {
  readonly #log: AppendLog;
  readonly #clock: RunClock;
  readonly #onEntry: (event: JournalEvent) => void;

  private constructor(log: AppendLog, clock: RunClock, onEntry: (event: JournalEvent) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#onEntry = onEntry;
  }

  static async open(path: string, clock: RunClock, onEntry: (event: JournalEvent) => void): Promise<Journal> {
    return new Journal(await AppendLog.open(path), clock, onEntry);
  }

  async write(entry: Entry): Promise<JournalEvent> {
    const event: JournalEvent = { ...entry, atNs: this.#clock.nowNs() };
    await this.#log.appendFlushed(event);
    this.#onEntry(event);
    return event;
  }

  async warn(code: string, message: string, invalidates = false): Promise<void> {
    await this.write({ type: 'warning', code, message, invalidates });
  }

  async close(): Promise<void> {
    await this.#log.close();
  }
}
