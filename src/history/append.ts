import { close, fdatasync, fstatSync, fsync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { DrillError, messageOf } from '../base/errors.ts';

const fdatasyncOf = promisify(fdatasync);
const fsyncOf = promisify(fsync);
const closeOf = promisify(close);

/** A buffered line reaches the kernel at most this long after append(), ms. */
const bufferedMsMax = 20;

/**
 * An append-only log of one JSON object a line.
 *
 * Writes go to the page cache synchronously (microseconds, and an error has one place to appear); only fdatasync is
 * waited for. After a failed write or sync nothing more is written: what a kernel did with pages after a failed sync is not known.
 */
export class AppendLog {
  readonly path: string;
  readonly #fd: number;
  #pending = '';
  #timer: NodeJS.Timeout | null = null;
  #waiters: PromiseWithResolvers<void>[] = [];
  #syncing: Promise<void> | null = null;
  #failed: DrillError | null = null;
  #surfaced = false;
  #closed = false;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Opens for appending, making folder and file where missing. @throws DrillError `disk-full` or `history-invalid`. */
  static async open(path: string): Promise<AppendLog> {
    try {
      mkdirSync(dirname(path), { recursive: true });
      const log = new AppendLog(path, openSync(path, 'a+'));
      if (endsTorn(log.#fd)) log.#pending = '\n';
      await syncFolder(dirname(path));
      return log;
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** What stopped the log; null while it works. */
  get failed(): Error | null {
    return this.#failed;
  }

  /** Buffers one line; it is written within 20 ms. After a failure it is dropped, and `failed` says why. */
  append(event: object): void {
    this.#add(event);
    this.#timer ??= setTimeout(() => this.#write(), bufferedMsMax);
  }

  /** One line, handed to the kernel before this returns (with all that was buffered), so that it outlives this process. */
  appendNow(event: object): void {
    this.#add(event);
    this.#write();
  }

  /** One line; resolves once an fdatasync that covers it is done. @throws DrillError when it could not be. */
  appendFlushed(event: object): Promise<void> {
    this.#add(event);
    return this.flush();
  }

  /** Resolves once every line so far is on disk; callers that come together share one fdatasync. */
  flush(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#waiters.push(waiter);
    this.#syncing ??= this.#sync();
    return waiter.promise;
  }

  /** Flushes and closes. @throws DrillError of a failure that nobody was told of yet. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const surfaced = this.#surfaced;
    try {
      await this.flush();
    } catch (error) {
      if (!surfaced) throw error;
    } finally {
      this.#closed = true;
      await closeOf(this.#fd);
    }
  }

  #add(event: object): void {
    if (this.#closed) throw new DrillError(`${this.path} is closed`, { code: 'internal' });
    if (this.#failed === null) this.#pending += `${JSON.stringify(event)}\n`;
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failed !== null || this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.#failed = writeError(this.path, error);
    }
  }

  async #sync(): Promise<void> {
    // One turn later, so that all who ask in this turn share the sync.
    await Promise.resolve();
    while (this.#waiters.length > 0) {
      const covered = this.#waiters;
      this.#waiters = [];
      this.#write();
      try {
        if (this.#failed === null) await fdatasyncOf(this.#fd);
      } catch (error) {
        this.#failed ??= writeError(this.path, error);
      }
      this.#settle(covered);
    }
    this.#syncing = null;
  }

  #settle(covered: PromiseWithResolvers<void>[]): void {
    // A failure after this sync began does not undo it, but to say so costs nothing that matters.
    if (this.#failed !== null) this.#surfaced = true;
    for (const waiter of covered) {
      if (this.#failed === null) waiter.resolve();
      else waiter.reject(this.#failed);
    }
  }
}

/** Whether the file ends within a line: a writer before us was cut off. Its torn line is kept apart from ours. */
function endsTorn(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isFile() || stat.size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, stat.size - 1);
  return last[0] !== 0x0a;
}

/** A new file's name is durable only once its folder is synced. */
async function syncFolder(path: string): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    await fsyncOf(fd);
  } finally {
    await closeOf(fd);
  }
}

function writeError(path: string, error: unknown): DrillError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DrillError(`no space left to write ${path}`, {
      code: 'disk-full',
      hint: 'free some disk space and run again',
      cause: error,
    });
  }
  return new DrillError(`cannot write ${path}: ${messageOf(error)}`, { code: 'history-invalid', cause: error });
}
