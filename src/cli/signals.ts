import { exitCodes } from '../base/errors.ts';

/**
 * Signals this close together are one key press: the terminal sends Ctrl-C to the whole process group, and npm (or the
 * launcher) passes on what it received.
 */
const samePressMs = 400;

export interface StopSignals extends Disposable {
  /** Fires at the first Ctrl-C: heal, score what there is, release. */
  readonly stop: AbortSignal;
  /** Fires at the second: release now. */
  readonly releaseNow: AbortSignal;
}

/** Turns SIGINT, SIGTERM and SIGHUP into two stages, and a third that gives up waiting. `tell` says each time what happens. */
export function stopSignals(tell: (text: string) => void): StopSignals {
  const stop = new AbortController();
  const releaseNow = new AbortController();
  let lastMs = Number.NEGATIVE_INFINITY;
  const received = (): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < samePressMs) return;
    lastMs = nowMs;
    if (!stop.signal.aborted) {
      tell('stopping: heal, score what there is, release. Ctrl-C again releases at once.');
      stop.abort();
    } else if (!releaseNow.signal.aborted) {
      tell('releasing now: nothing more is measured. Ctrl-C again leaves without waiting.');
      releaseNow.abort();
    } else {
      tell('left without waiting. `pgdrill clean` removes what is still there.');
      process.exit(exitCodes.interrupted);
    }
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, received);
  return {
    stop: stop.signal,
    releaseNow: releaseNow.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, received);
    },
  };
}
