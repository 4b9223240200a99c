import type { CheckResult } from '../../contract/check.ts';
import type { ObjectiveResult, Verdict } from '../../score/types.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { ReportModel } from '../schema.ts';
import type { Axis } from './axis.ts';

/** A check with its answer. */
export interface JudgedCheck {
  name: string;
  summary: string;
  method: string;
  result: CheckResult;
}

/** A burst lost whole may name tens of thousands of operations; beyond this the count says it. */
const offencesListed = 1000;

export function checkModel(check: JudgedCheck, axis: Axis): ReportModel['checks'][number] {
  return {
    name: check.name,
    question: check.summary,
    method: check.method,
    outcome: check.result.outcome,
    summary: check.result.summary,
    offenceCount: check.result.offences.length,
    offences: check.result.offences.slice(0, offencesListed).map((offence) => ({
      what: offence.what,
      atSeconds: axis.atOrNull(offence.atNs),
      node: offence.node ?? null,
      operations: offence.operations ?? [],
    })),
  };
}

/** What the scenario says of itself, held against what came out. Null: it says nothing. */
export function expectationModel(
  expected: Scenario['expected'],
  verdict: Verdict,
  checks: readonly JudgedCheck[],
  objectives: readonly ObjectiveResult[],
): ReportModel['expected'] {
  if (expected === undefined) return null;
  const failed = [
    ...checks.filter((check) => check.result.outcome === 'fail').map((check) => check.name),
    ...objectives.filter((objective) => objective.met === false).map((objective) => objective.name),
  ];
  const differences: string[] = [];
  if (verdict !== expected.verdict) differences.push(`The verdict is ${verdict}; ${expected.verdict} was expected.`);
  // A scenario that names nothing leaves open what fails.
  if (expected.failing.length > 0) {
    const surprising = failed.filter((name) => !expected.failing.includes(name));
    const missing = expected.failing.filter((name) => !failed.includes(name));
    if (surprising.length > 0) differences.push(`Failed without being expected to: ${surprising.join(', ')}.`);
    if (missing.length > 0) differences.push(`Expected to fail and did not: ${missing.join(', ')}.`);
  }
  return { ...expected, asExpected: differences.length === 0, differences };
}
