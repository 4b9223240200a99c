import { z } from 'zod';
import * as environment from './model/environment.ts';
import { fault, phase } from './model/events.ts';
import { outageEdge, recovery, rpo, rto } from './model/figures.ts';
import { latency, throughput, timeline } from './model/timeline.ts';
import { check, expectation, objective, verdict } from './model/verdict.ts';

/**
 * The one report model: `report.json` is it, and HTML, Markdown and JUnit are made from it alone.
 * Instants (`…AtSeconds`, `fromSeconds`, `toSeconds`) are seconds since `timeZero`; units are in the names.
 */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  verdict,
  verdictReasons: z.array(z.string()),
  expected: expectation.nullable(),
  objectives: z.array(objective),
  rto: z.record(z.string(), rto).meta({ description: 'By route; where several series measure a route, the worst' }),
  rtoBySeries: z.array(rto),
  rpo,
  recovery,
  outage: z.array(outageEdge),
  checks: z.array(check),
  phases: z.array(phase),
  faults: z.array(fault),
  timeline,
  throughput: z.array(throughput),
  latency: z.array(latency),
  parameters: z.array(environment.parameter),
  warnings: z.array(environment.warning),
  notSimulated: z.array(z.string()),
  divergences: z.array(environment.divergence),
  stopped: environment.stopped.nullable(),
  defects: z.array(z.string()).meta({ description: 'What is wrong with the run folder, or missing in the final state' }),
  scenario: environment.scenario,
  scenarioHash: z.string(),
  seed: z.int().min(0),
  images: z.record(z.string(), environment.image),
  nodes: z.array(environment.node),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  hostLoad: environment.hostLoad.nullable(),
  lag: z.array(environment.lag),
  clocks: z.array(environment.clock),
  method: z.array(environment.method).meta({ description: 'How the figures were measured' }),
  timeZero: environment.timeZero,
  durationSeconds: environment.durationSeconds,
});

export type ReportModel = z.output<typeof reportSchema>;

/** The JSON Schema (draft-07) of report.json, as published in `schemas/report.schema.json`. */
export function reportJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(reportSchema, { target: 'draft-7' }),
    title: 'pgdrill report',
    description: 'What one drill measured. Instants are seconds since timeZero; units are in the names.',
  };
}
