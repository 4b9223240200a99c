import { CommanderError } from 'commander';
import { DrillError, exitCodes, type ErrorCode } from '../base/errors.ts';

/**
 * From best to worst. A failed objective is a finding, so it outranks a drill that gave no answer; what kept the drills
 * from running at all (usage, an interrupt) outranks every finding, as the findings are then not complete.
 */
const bestToWorst: readonly number[] = [
  exitCodes.pass,
  exitCodes.inconclusive,
  exitCodes.aborted,
  exitCodes.fail,
  exitCodes.usage,
  exitCodes.interrupted,
];

/** The exit code of several runs: the worst one wins; none at all is a pass. A code that is not ours counts as worst. */
export function worstExitCode(codes: readonly number[]): number {
  const rank = (code: number) => (bestToWorst.includes(code) ? bestToWorst.indexOf(code) : bestToWorst.length);
  return codes.reduce((worst, code) => (rank(code) > rank(worst) ? code : worst), exitCodes.pass as number);
}

/** What an exception that ends a command means for whoever started it. */
const codeOfError: Record<ErrorCode, number> = {
  'bad-scenario': exitCodes.usage,
  'bad-usage': exitCodes.usage,
  'history-invalid': exitCodes.usage,
  'engine-unreachable': exitCodes.usage,
  'image-missing': exitCodes.usage,
  'disk-full': exitCodes.aborted,
  'wait-timeout': exitCodes.inconclusive,
  'provision-failed': exitCodes.inconclusive,
  'fault-failed': exitCodes.inconclusive,
  internal: exitCodes.inconclusive,
  interrupted: exitCodes.interrupted,
};

/** The exit code for anything thrown. Help and version are thrown too, by commander, and are no failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.usage;
  if (error instanceof DrillError) return codeOfError[error.code];
  return exitCodes.inconclusive;
}
