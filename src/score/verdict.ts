import type { CheckResult } from '../contract/check.ts';
import type { Evidence } from '../history/evidence.ts';
import { sentence } from './sentence.ts';
import type { ObjectiveResult, Scores, Verdict } from './types.ts';
import { whyInvalid } from './validity.ts';

export interface Judged {
  evidence: Evidence;
  checks: readonly { name: string; result: CheckResult }[];
  objectives: readonly ObjectiveResult[];
  scores: Scores;
}

/**
 * The verdict and its reasons, the ones that decided first. In this order (reasons: docs/measuring.md):
 * stopped by a guard → aborted; interrupted → inconclusive; a fact against the database (a failed check, lost rows) → fail;
 * a measurement that cannot be trusted → inconclusive; a missed objective → fail; a question without an answer →
 * inconclusive; else pass.
 */
export function decideVerdict({ evidence, checks, objectives, scores }: Judged): { verdict: Verdict; reasons: string[] } {
  const missed = objectives.filter(({ met }) => met === false);
  const steps: { verdict: Verdict; reasons: string[] }[] = [
    { verdict: 'aborted', reasons: whyStopped(evidence, 'guard') },
    { verdict: 'inconclusive', reasons: whyStopped(evidence, 'interrupt') },
    { verdict: 'fail', reasons: [...checks.flatMap(whyFailed), ...missed.filter(isFact).map(whyMissed)] },
    { verdict: 'inconclusive', reasons: [...whyInvalid(evidence), ...whyUnmeasured(evidence, scores)] },
    { verdict: 'fail', reasons: missed.filter((objective) => !isFact(objective)).map(whyMissed) },
    { verdict: 'inconclusive', reasons: [...checks.flatMap(whyUnknown), ...objectives.filter(({ met }) => met === null).map(whyNotSaid)] },
  ];
  const reasons = steps.flatMap((step) => step.reasons);
  const decided = steps.find((step) => step.reasons.length > 0);
  if (decided !== undefined)
    return { verdict: decided.verdict, reasons: [...decided.reasons, ...reasons.filter((one) => !decided.reasons.includes(one))] };
  return { verdict: 'pass', reasons: [`All ${objectives.length} objectives were met and all ${checks.length} checks passed.`] };
}

/** Rows that were acknowledged and are missing stay missing, however badly time was measured. */
function isFact({ name }: ObjectiveResult): boolean {
  return name.startsWith('rpo.');
}

function whyStopped({ stopped }: Evidence, by: 'guard' | 'interrupt'): string[] {
  if (stopped?.by !== by) return [];
  return [
    by === 'guard' ? `A guard stopped the drill: ${stopped.reason}.` : `The drill was interrupted before its end: ${stopped.reason}.`,
  ];
}

/** Nothing was measured where no fault took hold, or no route was watched from there. */
function whyUnmeasured(evidence: Evidence, { rto }: Scores): string[] {
  const someFault = evidence.faults.some(({ activeNs }) => activeNs !== null);
  return someFault && Object.keys(rto).length === 0 ? ['No route was measured after the fault.'] : [];
}

function whyFailed({ name, result }: Judged['checks'][number]): string[] {
  return result.outcome === 'fail' ? [sentence(`Check ${name} failed: ${result.summary}`)] : [];
}

function whyUnknown({ name, result }: Judged['checks'][number]): string[] {
  return result.outcome === 'unknown' ? [sentence(`Check ${name} has no answer: ${result.summary}`)] : [];
}

function whyMissed({ name, limit, unit, measured, note }: ObjectiveResult): string {
  const shown = typeof measured === 'number' ? Math.round(measured * 1000) / 1000 : (measured ?? 'nothing');
  return `Objective ${name} was missed: ${shown} ${unit} against ${limit} ${unit} (${note}).`.replaceAll(/ +/g, ' ');
}

function whyNotSaid({ name, note }: ObjectiveResult): string {
  return `Objective ${name} could not be measured: ${note}.`;
}
