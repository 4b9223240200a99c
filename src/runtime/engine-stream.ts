import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { DrillError, messageOf, type ErrorCode } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';

/** One event of a pull, a build or an import. */
export interface EngineEvent {
  stream?: string;
  status?: string;
  error?: string;
}

export interface StreamBudgets {
  /** Until the engine says anything at all, ms. */
  firstMs: number;
  /** Between two things that it says, ms. */
  silenceMs: number;
}

/**
 * Follows a long request to its end, giving up when the engine falls silent; giving up cancels the work in the engine.
 * @throws Error with the engine's own words, or with how long nothing was heard.
 */
export async function followEngine(
  docker: Dockerode,
  budgets: StreamBudgets,
  request: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<void> {
  const cancel = new AbortController();
  let silentFor = budgets.firstMs;
  const giveUp = (): void => cancel.abort(new Error(`nothing heard for ${formatMs(silentFor)}`));
  let timer = setTimeout(giveUp, silentFor);
  const heard = (): void => {
    clearTimeout(timer);
    silentFor = budgets.silenceMs;
    timer = setTimeout(giveUp, silentFor);
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  cancel.signal.addEventListener('abort', () => reject(cancel.signal.reason as Error));
  try {
    const answer = request(cancel.signal);
    // When it is given up, this promise rejects with nobody waiting for it.
    answer.catch(() => undefined);
    const stream = (await Promise.race([answer, promise])) as Readable;
    docker.modem.followProgress(
      stream,
      (error) => (error === null ? resolve() : reject(error)),
      (event: EngineEvent) => {
        heard();
        onEvent(event);
        // What fails after the answer has begun is told in an event, under the status 200.
        if (event.error !== undefined) reject(new Error(event.error));
      },
    );
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** A failure of the engine as an error for people: a full disk is told apart from everything else. */
export function engineFailure(what: string, error: unknown, otherwise: ErrorCode, hint?: string): DrillError {
  if (error instanceof DrillError) return error;
  // The engine's own words are enough; how they travelled is of no interest.
  const message = messageOf(error).replace(/^\(HTTP code \d+\) [^-]*- /, '');
  const full = /no space left on device|ENOSPC|disk quota exceeded/i.test(message);
  return new DrillError(full ? `${what}: no space left (${message.slice(-200)})` : `${what}: ${message}`, {
    code: full ? 'disk-full' : otherwise,
    ...(full
      ? { hint: 'make room where the engine keeps its data; `pgdrill clean` removes what old runs left' }
      : hint === undefined
        ? {}
        : { hint }),
    cause: error,
  });
}
