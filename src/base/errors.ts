/**
 * Exit codes of the CLI, fixed by contract:
 * 0 pass, 1 an objective or a check failed, 2 usage or configuration, 3 inconclusive, 4 stopped by a guard, 130 interrupted.
 */
export const exitCodes = { pass: 0, fail: 1, usage: 2, inconclusive: 3, aborted: 4, interrupted: 130 } as const;

/** What went wrong, as a stable word that scripts may match on. */
export type ErrorCode =
  | 'bad-scenario' // the scenario file cannot be accepted
  | 'bad-usage' // the command line or the environment is wrong
  | 'engine-unreachable' // no container engine answers
  | 'image-missing' // an image cannot be had
  | 'disk-full' // no space left on the host or in the engine
  | 'wait-timeout' // a wait used up its budget
  | 'provision-failed' // a container would not start
  | 'fault-failed' // a fault could not be injected, or not be proven
  | 'history-invalid' // a run folder cannot be read
  | 'interrupted' // Ctrl-C
  | 'internal'; // a defect of pgdrill

export interface DrillErrorDetail {
  code: ErrorCode;
  /** The drill phase in which it happened, when in one. */
  phase?: string;
  /** One sentence on what the user can do about it. */
  hint?: string;
  cause?: unknown;
}

/** The one exception type that crosses rooms. Expected outcomes (verdicts, probe samples) are values and never thrown. */
export class DrillError extends Error {
  override readonly name = 'DrillError';
  readonly code: ErrorCode;
  readonly phase: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, detail: DrillErrorDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = detail.code;
    this.phase = detail.phase;
    this.hint = detail.hint;
  }
}

/** The message of anything thrown, on one line, without a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
