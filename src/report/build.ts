import type { Evidence } from '../history/evidence.ts';
import type { ObjectiveResult, Scores, Verdict } from '../score/types.ts';
import { axisOf, extentNs, round } from './build/axis.ts';
import { binsFor, latencyOf, throughputOf } from './build/charts.ts';
import { clockModel, divergenceModel, hostLoadModel, lagModel, scenarioModel } from './build/environment.ts';
import { faultModel, phaseModel } from './build/faults.ts';
import { outageModel, recoveryModel, rpoModel, rtoModel } from './build/figures.ts';
import { methodTexts } from './build/methods.ts';
import { timelineModel } from './build/timeline.ts';
import { checkModel, expectationModel, type JudgedCheck } from './build/verdict.ts';
import { type ReportModel, reportSchema } from './schema.ts';

/** Everything a report is made from. */
export interface ReportInput {
  evidence: Evidence;
  scores: Scores;
  checks: readonly JudgedCheck[];
  objectives: readonly ObjectiveResult[];
  verdict: { verdict: Verdict; reasons: readonly string[] };
}

/** The report model of one drill. Pure: the same run folder gives the same report, byte for byte. */
export function buildReport(input: ReportInput): ReportModel {
  const { evidence, scores } = input;
  const axis = axisOf(evidence);
  const extent = extentNs(evidence);
  const faults = evidence.faults.map((fault) => faultModel(fault, axis));
  const checks = input.checks.map((check) => checkModel(check, axis));
  const rtoBySeries = scores.all.map((result) => rtoModel(result, axis));
  const measured = {
    scenario: scenarioModel(evidence),
    rpo: rpoModel(scores.rpo),
    clocks: evidence.clocks.map(clockModel),
    lag: lagModel(evidence),
    timeline: timelineModel(evidence, extent, axis, { rtoBySeries, faults, checks }),
  };
  const bins = binsFor(extent, axis.zeroNs);
  const series = [...evidence.series.values()];
  return reportSchema.parse({
    ...measured,
    schemaVersion: 1,
    runId: evidence.run.runId,
    verdict: input.verdict.verdict,
    verdictReasons: [...input.verdict.reasons],
    expected: expectationModel(evidence.scenario.expected, input.verdict.verdict, input.checks, input.objectives),
    objectives: input.objectives.map((objective) => ({ ...objective })),
    rto: Object.fromEntries(Object.entries(scores.rto).map(([route, result]) => [route, rtoModel(result, axis)])),
    rtoBySeries,
    recovery: recoveryModel(scores.recovery),
    outage: outageModel(scores.outage, axis),
    checks,
    phases: evidence.phases.map((phase) => phaseModel(phase, axis)),
    faults,
    throughput: series.filter((one) => !one.declared.route.startsWith('member:')).map((one) => throughputOf(one, bins, axis)),
    latency: series.filter((one) => !one.declared.route.startsWith('member:')).map((one) => latencyOf(one, bins, axis)),
    parameters: evidence.parameters.map(({ name, asked, inForce }) => ({ name, asked, inForce, differs: asked !== inForce })),
    warnings: evidence.warnings.map(({ code, message, invalidates, atNs }) => ({ code, message, invalidates, atSeconds: axis.at(atNs) })),
    notSimulated: evidence.run.notSimulated ?? [],
    divergences: evidence.divergences.map((captured) => divergenceModel(captured, axis)),
    stopped: evidence.stopped && { by: evidence.stopped.by, reason: evidence.stopped.reason, atSeconds: axis.at(evidence.stopped.atNs) },
    defects: [...evidence.defects, ...(evidence.final?.gaps ?? [])],
    scenarioHash: evidence.run.scenarioHash,
    seed: evidence.run.seed,
    images: evidence.run.images,
    nodes: evidence.run.nodes,
    environment: evidence.run.environment,
    hostLoad: hostLoadModel(evidence.host),
    method: methodTexts(measured),
    timeZero: { is: axis.zeroIs, wallClock: new Date(evidence.run.epochWallMs + axis.zeroNs / 1e6).toISOString() },
    durationSeconds: round(((evidence.phases.at(-1)?.endNs ?? extent.endNs) - evidence.run.atNs) / 1e9),
  } satisfies ReportModel);
}
