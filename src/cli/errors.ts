import { DrillError, messageOf, type ErrorCode } from '../base/errors.ts';
import { lookOf, paint } from './output.ts';

/** An error as data, for `--json`. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  hint?: string;
}

export function errorData(error: unknown): ErrorData {
  if (error instanceof DrillError) {
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return { code: 'internal', message: `internal error: ${messageOf(error)}`, hint: 'PGDRILL_DEBUG=1 shows where it happened' };
}

/** An error for a person: the message, what to do about it, and the stack only where it was asked for. */
export function errorText(error: unknown): string {
  const { message, hint } = errorData(error);
  const stack = process.env['PGDRILL_DEBUG'] === '1' ? `\n${stackOf(error)}` : '';
  return `${paint(lookOf(process.stderr), 'red', 'error:')} ${message}${hint === undefined ? '' : `\n  ${hint}`}${stack}`;
}

/** The stack, and those of the causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
