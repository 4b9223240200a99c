import type { CheckDefinition, CheckResult } from '../contract/check.ts';
import { messageOf } from '../base/errors.ts';
import type { Evidence } from '../history/evidence.ts';
import { readRun } from '../history/read.ts';
import { buildReport, type ReportModel } from '../report/model.ts';
import { renderReport } from '../report/render.ts';
import { limitsOf, type Limits } from '../score/limits.ts';
import { judgeObjectives } from '../score/objectives.ts';
import { scoreRun } from '../score/score.ts';
import type { Verdict } from '../score/types.ts';
import { decideVerdict } from '../score/verdict.ts';
import type { DrillOutcome } from './api.ts';
import { loadPlugins } from './plugins.ts';

export interface Judged {
  verdict: Verdict;
  model: ReportModel;
}

/**
 * Judges a run folder: the same folder gives the same verdict, now or in a year, here or elsewhere, without containers.
 * @throws DrillError `history-invalid` when the folder holds no run.
 */
export async function judge(runFolder: string): Promise<Judged> {
  const evidence = await readRun(runFolder);
  const { checks: known } = await loadPlugins();
  const wanted = evidence.scenario.checks ?? [...known.keys()];
  const checks = wanted.map((name) => ({
    name,
    summary: known.get(name)?.summary ?? '',
    method: known.get(name)?.method ?? '',
    result: evaluate(known.get(name), evidence),
  }));
  const scores = scoreRun(evidence);
  const objectives = judgeObjectives(
    evidence,
    scores,
    (evidence.run.limits as Limits | undefined) ?? limitsOf(evidence.scenario.objectives),
  );
  const verdict = decideVerdict({ evidence, checks, objectives, scores });
  return { verdict: verdict.verdict, model: buildReport({ evidence, scores, checks, objectives, verdict }) };
}

/** Writes the reports of a judged run into its folder. */
export async function render({ model }: Judged, runFolder: string): Promise<DrillOutcome['files']> {
  return renderReport(model, runFolder);
}

/** Judges and renders again, from the folder alone. */
export async function judgeRun(runFolder: string): Promise<Judged & { files: DrillOutcome['files'] }> {
  const judged = await judge(runFolder);
  return { ...judged, files: await render(judged, runFolder) };
}

/** A check that is not there, or that throws, has no answer: it never reads as a pass. */
function evaluate(check: CheckDefinition | undefined, evidence: Evidence): CheckResult {
  if (check === undefined) return { outcome: 'unknown', summary: 'there is no such check here', offences: [] };
  try {
    return check.evaluate(evidence);
  } catch (error) {
    return { outcome: 'unknown', summary: `the check itself failed: ${messageOf(error)}`, offences: [] };
  }
}
