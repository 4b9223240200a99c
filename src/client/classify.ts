import type { OperationError, Outcome } from '../history/operations.ts';

/**
 * How far an operation had got. `committing`: the statement whose success commits (an autocommit write, or COMMIT) may
 * have left. Before that nothing can have been applied.
 */
export type Phase = 'connecting' | 'sent' | 'committing';

/**
 * An operation that did not succeed: refused by an answer, its last statement never sent, cut off by the connection, or
 * by its deadline.
 */
export interface Failure extends OperationError {
  how: 'answered' | 'unsent' | 'lost' | 'deadline';
  /** An answer without the fields that PostgreSQL itself always fills in (source routine): written by a pooler. */
  byPooler?: boolean;
}

/**
 * SQLSTATE classes with which a statement that commits can only have been refused, for they are raised before the commit
 * record is written and roll the transaction back (PostgreSQL documentation, appendix A).
 */
const refusedClasses = new Set(
  '03 09 0A 0B 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 HV P0'.split(' '),
);

/** Single codes of other classes that prove the same: a cancelled statement, and a server that lets nobody in yet. */
const refusedCodes = new Set(['57014', '57P03']);

/**
 * Exceptions within refused classes. 40003 says itself that it does not know; 25P03 and 25P04 end the session, and
 * whether that came before or after a COMMIT on its way cannot be told from here; memory can run out after the commit.
 */
const unknownCodes = new Set(['40003', '25P03', '25P04', '53200']);

/**
 * PgBouncer's own errors (all 08P01) that it sends only to clients that wait for a server, which therefore never saw the
 * statement. Not among them: "server conn crashed?", "query timeout" and the like, sent to clients that had one.
 */
const neverForwarded = [
  /\(server_login_retry\)$/,
  /^query_wait_timeout$/,
  /^client_login_timeout/,
  /^server login failed/,
  /^no more connections allowed/,
  /^client connections exceeded/,
];

/** `fail` only where it is certain that nothing was applied; when in doubt `info`. Reads apply nothing. */
export function outcomeOf(access: 'read' | 'write', phase: Phase, failure: Failure): Exclude<Outcome, 'ok'> {
  if (access === 'read' || phase !== 'committing') return 'fail';
  if (failure.how === 'unsent') return 'fail';
  if (failure.how !== 'answered') return 'info';
  return surelyRefused(failure) ? 'fail' : 'info';
}

function surelyRefused({ code, message, byPooler }: Failure): boolean {
  if (byPooler === true && code === '08P01') return neverForwarded.some((pattern) => pattern.test(message));
  if (unknownCodes.has(code)) return false;
  return refusedCodes.has(code) || refusedClasses.has(code.slice(0, 2));
}

/** A warning as the server sent it. */
export interface Warning {
  message: string | undefined;
  code: string | undefined;
  routine: string | undefined;
}

/**
 * Whether a warning says that the commit was not waited for on the standby: "canceling wait for synchronous replication
 * due to user request" (01000), or, terminating, 57P01. The routine is the same in every language of the server's messages.
 */
export function saysNotDurable({ message, routine }: Warning): boolean {
  return routine === 'SyncRepWaitForLSN' || /cancell?ing (the )?wait for synchronous replication/i.test(message ?? '');
}
