import { DrillError, messageOf } from '../base/errors.ts';
import type { Phase } from '../history/journal.ts';
import type { Journal } from './journal.ts';

/** What a phase came to. Errors are converted here, once, at the phase's boundary. */
export type PhaseEnd<T = unknown> = { ok: true; value: T } | { ok: false; error: DrillError };

/**
 * Runs one phase: announced in the journal, its end or failure noted. `now` ends it at once (second Ctrl-C): what it was
 * doing is left behind and undone by the release. A body that returns text says what it found.
 */
export async function runPhase<T>(journal: Journal, phase: Phase, now: AbortSignal, body: () => Promise<T>): Promise<PhaseEnd<T>> {
  try {
    await journal.write({ type: 'phase', phase, state: 'started' });
    const value = await Promise.race([body(), aborted(now)]);
    await journal.write({ type: 'phase', phase, state: 'ended', ...(typeof value === 'string' ? { detail: value } : {}) });
    return { ok: true, value };
  } catch (cause) {
    const error = asDrillError(cause, phase);
    await journal.write({ type: 'phase', phase, state: 'failed', detail: error.message }).catch(() => undefined);
    return { ok: false, error };
  }
}

function asDrillError(cause: unknown, phase: Phase): DrillError {
  if (cause instanceof DrillError)
    return cause.phase === undefined
      ? new DrillError(cause.message, { code: cause.code, phase, ...(cause.hint === undefined ? {} : { hint: cause.hint }), cause })
      : cause;
  return new DrillError(messageOf(cause), { code: 'internal', phase, cause });
}

/** Rejects when the signal fires. @throws DrillError `interrupted`. */
export async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new DrillError('released on request', { code: 'interrupted' }));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return promise;
}
