import { formatMs } from '../base/duration.ts';
import type { TopologyPlan } from '../contract/topology.ts';
import type { ValidatedScenario } from '../drill/validate.ts';
import type { Limits } from '../score/limits.ts';
import type { Target } from '../scenario/schema.ts';
import { paint, type Look } from './output.ts';
import { table, wrap } from './table.ts';

/** What a run of a scenario would start, break, ask and take; for a person. `plan` is the topology's with the client node. */
export function planLines(valid: ValidatedScenario, plan: TopologyPlan, look: Look): string[] {
  const { scenario, estimate, checks, warnings } = valid;
  const part = (title: string, rows: string[][]): string[] => ['', paint(look, 'bold', title), ...table(rows, look.columns)];
  return [
    paint(look, 'bold', scenario.title),
    ...(scenario.description === undefined ? [] : wrap(scenario.description, look.columns)),
    ...part('Scenario', [
      ['name', scenario.name],
      ['topology', `${scenario.topology.kind}, PostgreSQL ${scenario.topology.postgres}`],
      ['seed', scenario.seed === undefined ? 'drawn for each run' : String(scenario.seed)],
      ['hash', valid.scenarioHash],
    ]),
    ...part('Containers', containerRows(plan)),
    '',
    ...wrap(sizeText(plan), look.columns - 2).map((line) => `  ${line}`),
    ...part(
      'Routes',
      plan.routes.map(({ name, via }) => [name, [clientOf(plan), ...via].join(' → ')]),
    ),
    ...part('Timeline, from the end of the baseline', timelineRows(valid)),
    ...part('Objectives', objectiveRows(valid.limits)),
    ...part('Checks', [[checks.join(', ')]]),
    ...part(`Time: ${formatMs(estimate.leastMs)} to ${formatMs(estimate.mostMs)}`, estimate.phases.map(phaseRow)),
    ...warnings.flatMap((warning) => ['', ...wrap(`${paint(look, 'yellow', 'warning:')} ${warning}`, look.columns)]),
  ];
}

function containerRows(plan: TopologyPlan): string[][] {
  return plan.nodes.flatMap(({ name, zone, containers }) =>
    containers.map((container, index) => [
      index === 0 ? name : '',
      index === 0 ? `zone ${zone}` : '',
      `${container.memoryMiB} MiB`.padStart(7),
      container.name,
    ]),
  );
}

/** Memory in use as the plan estimates it, MiB. */
export function memoryMiB(plan: TopologyPlan): number {
  return plan.nodes.flatMap(({ containers }) => containers).reduce((sum, container) => sum + container.memoryMiB, 0);
}

function sizeText(plan: TopologyPlan): string {
  const workloads = plan.nodes.flatMap(({ containers }) => containers).length;
  const sandboxes = plan.nodes.length;
  return `${workloads} containers and a sandbox for each of ${sandboxes} nodes, on one network of their own; about ${memoryMiB(plan)} MiB of memory; no host port`;
}

function clientOf(plan: TopologyPlan): string {
  return plan.nodes.at(-1)?.name ?? 'client';
}

function timelineRows({ faults }: ValidatedScenario): string[][] {
  return faults.map(({ definition, target, from, atMs, forMs, params }) => {
    const named = (of: Target): string => (typeof of === 'string' ? of : `zone ${of.zone}`);
    const whom = `${target === undefined ? '' : ` on ${named(target)}`}${from === undefined ? '' : `, cut off from ${named(from)}`}`;
    const given = Object.keys(params).length === 0 ? '' : ` with ${JSON.stringify(params)}`;
    return [
      atMs === 0 ? 'at once' : `after ${formatMs(atMs)}`,
      `${definition.kind}${whom}${given}, ${forMs === undefined ? 'until the heal' : `for ${formatMs(forMs)}`}`,
    ];
  });
}

function objectiveRows(limits: Limits): string[][] {
  const rows = [
    ...Object.entries(limits.rto).map(([route, { limit, from }]) => [`rto.${route}`, `≤ ${formatMs(limit)}`, from]),
    ...row('rpo.transactions', limits.transactions, String),
    ...row('rpo.seconds', limits.secondsMs, formatMs),
    ...row('rpo.bytes', limits.bytes, String),
    ...row('redundancy', limits.redundancyMs, formatMs),
    ...(limits.failover === null ? [] : [['failover', limits.failover.limit, limits.failover.from]]),
  ];
  return rows.length === 0 ? [['none: the checks alone decide']] : rows;
}

function row(name: string, limit: { limit: number; from: string } | null, text: (value: number) => string): string[][] {
  return limit === null ? [] : [[name, `≤ ${text(limit.limit)}`, limit.from]];
}

function phaseRow({ phase, leastMs, mostMs, why }: ValidatedScenario['estimate']['phases'][number]): string[] {
  return [phase, leastMs === mostMs ? formatMs(leastMs) : `${formatMs(leastMs)} – ${formatMs(mostMs)}`, why];
}
