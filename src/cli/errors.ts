import { DrillError, messageOf, type ErrorCode } from '../base/errors.ts';
import { BadScenario, type Diagnostic } from '../scenario/diagnostic.ts';
import { lookOf, paint } from './output.ts';

/** An error as data, for `--json`. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** Scenarios: each thing that is wrong, with its place. */
  problems?: readonly Diagnostic[];
}

export function errorData(error: unknown): ErrorData {
  if (error instanceof DrillError) {
    const problems = error instanceof BadScenario ? { problems: error.diagnostics } : {};
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }), ...problems };
  }
  return { code: 'internal', message: `internal error: ${messageOf(error)}`, hint: 'PGDRILL_DEBUG=1 shows where it happened' };
}

/** An error for a person: the message, what to do about it, and the stack only where it was asked for. */
export function errorText(error: unknown): string {
  const { message, hint } = errorData(error);
  const stack = process.env['PGDRILL_DEBUG'] === '1' ? `\n${stackOf(error)}` : '';
  // Places stand at the start of their lines, where editors and CI look for them.
  const text = message.includes('\n') ? `it cannot be accepted\n${message}` : message;
  return `${paint(lookOf(process.stderr), 'red', 'error:')} ${text}${hint === undefined ? '' : `\n  ${hint}`}${stack}`;
}

/** The stack, and those of the causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
