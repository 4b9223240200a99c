import type { Evidence as RunEvidence } from '../history/evidence.ts';

/** `pass`, `fail`, or `unknown` (the evidence does not answer the question). Worst wins: fail > unknown > pass. */
export type CheckOutcome = 'pass' | 'fail' | 'unknown';

/** One thing that offends: an operation, a member, an object. */
export interface Offence {
  /** "ledger #4711 acknowledged at 12.345 s is not in the table" */
  what: string;
  /** When, ns on the run's axis, where it has a time: marks it on the report's timeline. */
  atNs?: number;
  /** Operations concerned, by series and number. */
  operations?: { series: string; op: number }[];
  node?: string;
}

export interface CheckResult {
  outcome: CheckOutcome;
  /** One sentence: what was asked, of how much evidence, and the answer. */
  summary: string;
  offences: Offence[];
}

/** A question about correctness, answered from history and final state alone, so that old runs can be judged again. */
export interface CheckDefinition {
  /** The name in scenarios and reports, upper case: `RPO`, `SINGLE`. */
  name: string;
  summary: string;
  /** What the answer stands on and what it cannot see; for docs and report. */
  method: string;
  /** Pure. A check that throws is `unknown`. */
  evaluate(evidence: RunEvidence): CheckResult;
}

/** Declares a check. A plugin file exports the result as its default. */
export function defineCheck(definition: CheckDefinition): CheckDefinition {
  return definition;
}
