import { setTimeout as sleep } from 'node:timers/promises';
import { formatMs } from './duration.ts';
import { DrillError, messageOf, type ErrorCode } from './errors.ts';

/** What one look at a condition found: met with a value, or not yet, with what was seen. */
export type Look<T> = { done: true; value: T } | { done: false; seen: string };

/** What no further look can change. */
const final: ReadonlySet<ErrorCode> = new Set(['internal', 'interrupted', 'provision-failed', 'disk-full']);

export interface WaitOptions {
  /** What is waited for, for the error: "pg2 to stream". */
  name: string;
  budgetMs: number;
  /** Pause between looks, ms. */
  intervalMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Looks until the condition is met. Every wait has a budget and a name.
 * @throws DrillError `wait-timeout`: "waited 60.0s for pg2 to stream; last seen: state=starting"; `interrupted` when the signal fires. A look that
 * throws has not met the condition yet, unless what it throws is final.
 */
export async function waitFor<T>(options: WaitOptions, look: () => Promise<Look<T>> | Look<T>): Promise<T> {
  const deadline = performance.now() + options.budgetMs;
  let seen = 'nothing yet';
  for (;;) {
    if (options.signal?.aborted === true) throw new DrillError(`interrupted while waiting for ${options.name}`, { code: 'interrupted' });
    try {
      const found = await look();
      if (found.done) return found.value;
      seen = found.seen;
    } catch (error) {
      if (error instanceof DrillError && final.has(error.code)) throw error;
      seen = messageOf(error);
    }
    if (performance.now() >= deadline) {
      throw new DrillError(`waited ${formatMs(options.budgetMs)} for ${options.name}; last seen: ${seen}`, { code: 'wait-timeout' });
    }
    await sleep(options.intervalMs ?? 100);
  }
}
