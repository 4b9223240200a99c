import { formatMs } from '../base/duration.ts';
import { nearest } from '../base/nearest.ts';
import { imageRoles, type Capability, type TopologyDefinition, type TopologyPlan } from '../contract/topology.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import { diagnosticsOf } from '../scenario/issues.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { roleTargets, type TimelineEntry } from '../scenario/schema.ts';
import type { Path } from '../scenario/yaml-nodes.ts';
import type { PlannedFault } from './fault-run.ts';
import type { Plugins } from './plugins.ts';
import { targetText } from './targets.ts';

export interface PlannedTopology {
  topology: TopologyDefinition;
  params: Record<string, unknown>;
  plan: TopologyPlan;
}

/** What a target asks of the topology, where it asks for more than nodes. */
const targetNeeds: Partial<Record<string, Capability[]>> = {
  primary: ['primary'],
  replica: ['primary', 'members'],
  'one-replica': ['primary', 'members'],
  majority: ['primary', 'members'],
  'dcs-leader': ['dcsLeader'],
};

/** The topology that a scenario names, its parameters and its plan; null, with the reason among the problems, when there is none. */
export function planTopology({ scenario, source }: LoadedScenario, plugins: Plugins, problems: Diagnostic[]): PlannedTopology | null {
  const { kind, params, images, postgres } = scenario.topology;
  for (const role of Object.keys(images)) {
    if (imageRoles.every((known) => known !== role))
      problems.push(source.atKey(['topology', 'images'], role, `no image has the role \`${role}\``, imageRoles.join(', ')));
  }
  const topology = plugins.topologies.get(kind);
  if (topology === undefined) {
    problems.push(
      source.atValue(['topology', 'kind'], unknown('topology', kind, plugins.topologies.keys()), listOf(plugins.topologies.keys())),
    );
    return null;
  }
  const parsed = topology.params.safeParse(params);
  if (!parsed.success) {
    problems.push(...diagnosticsOf(parsed.error, source, topology.params, ['topology', 'params']));
    return null;
  }
  return { topology, params: parsed.data, plan: topology.plan(parsed.data, { postgres }) };
}

/** The timeline with its definitions and parameters; what is wrong with an entry goes to the problems. */
export function planFaults(loaded: LoadedScenario, plugins: Plugins, planned: PlannedTopology, problems: Diagnostic[]): PlannedFault[] {
  return loaded.scenario.timeline.flatMap((entry, index) => {
    const at: Path = ['timeline', index];
    const definition = plugins.faults.get(entry.fault);
    problems.push(...whenProblems(loaded, entry, at));
    if (definition === undefined) {
      problems.push(
        loaded.source.atValue([...at, 'fault'], unknown('fault', entry.fault, plugins.faults.keys()), listOf(plugins.faults.keys())),
      );
      return [];
    }
    problems.push(...targetProblems(loaded, entry, at, definition.target, planned));
    for (const need of definition.needs) {
      if (planned.topology.capabilities.includes(need)) continue;
      problems.push(
        loaded.source.atValue(
          [...at, 'fault'],
          `${entry.fault} needs what ${planned.topology.kind} lacks: ${need}`,
          `faults that need no more than ${planned.topology.capabilities.join(', ')}`,
        ),
      );
    }
    const params = definition.params.safeParse(entry.with);
    if (!params.success) problems.push(...diagnosticsOf(params.error, loaded.source, definition.params, [...at, 'with']));
    return [
      {
        id: `${index + 1}-${entry.fault}`,
        definition,
        target: entry.target,
        params: params.data ?? {},
        atMs: entry.at,
        forMs: entry.for,
      },
    ];
  });
}

/** The checks that a scenario asks for, or all there are. */
export function checkNames({ scenario, source }: LoadedScenario, plugins: Plugins, problems: Diagnostic[]): string[] {
  scenario.checks?.forEach((name, index) => {
    if (!plugins.checks.has(name))
      problems.push(source.atValue(['checks', index], unknown('check', name, plugins.checks.keys()), listOf(plugins.checks.keys())));
  });
  return scenario.checks ?? [...plugins.checks.keys()];
}

/** Objectives are about routes that the topology has. */
export function limitRoutes({ scenario, source }: LoadedScenario, plan: TopologyPlan, problems: Diagnostic[]): void {
  const routes = plan.routes.map((route) => route.name).filter((name) => !name.startsWith('member:'));
  for (const route of Object.keys(scenario.objectives.rto)) {
    if (!routes.includes(route))
      problems.push(source.atKey(['objectives', 'rto'], route, unknown('route', route, routes), routes.join(', ')));
  }
}

function whenProblems({ scenario, source }: LoadedScenario, entry: TimelineEntry, at: Path): Diagnostic[] {
  const endMs = scenario.phases.observe;
  if (entry.at >= endMs)
    return [
      source.atValue(
        [...at, 'at'],
        `${entry.fault} fires after the end: observation lasts ${formatMs(endMs)}`,
        `less than ${formatMs(endMs)}, or a longer phases.observe`,
      ),
    ];
  if (entry.for === undefined || entry.at + entry.for < endMs) return [];
  return [
    source.atValue(
      [...at, 'for'],
      `${entry.fault} would end after the observation, which lasts ${formatMs(endMs)}`,
      `less than ${formatMs(endMs - entry.at)}, or a longer phases.observe`,
    ),
  ];
}

function targetProblems(
  { source }: LoadedScenario,
  entry: TimelineEntry,
  at: Path,
  takes: 'nodes' | 'none',
  { topology, plan }: PlannedTopology,
): Diagnostic[] {
  const { target } = entry;
  const nodes = plan.nodes.map((node) => node.name);
  const zones = [...new Set(plan.nodes.map((node) => node.zone))];
  const allowed = `${roleTargets.join(', ')}, zone: ${zones.join('|')}, or a node (${nodes.join(', ')})`;
  if (takes === 'none') return target === undefined ? [] : [source.atKey(at, 'target', `${entry.fault} takes no target`, 'no `target`')];
  if (target === undefined) return [source.atValue(at, `${entry.fault} needs a \`target\``, allowed)];
  const place = [...at, 'target'];
  if (typeof target !== 'string')
    return zones.includes(target.zone) ? [] : [source.atValue([...place, 'zone'], unknown('zone', target.zone, zones), zones.join(', '))];
  const lacking = (targetNeeds[target] ?? []).filter((need) => !topology.capabilities.includes(need));
  if (lacking.length > 0)
    return [source.atValue(place, `target ${targetText(target)} needs what ${topology.kind} lacks: ${lacking.join(', ')}`, allowed)];
  if (roleTargets.some((role) => role === target) || nodes.includes(target)) return [];
  return [source.atValue(place, unknown('target', target, [...roleTargets, ...nodes]), allowed)];
}

function unknown(what: string, name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return `there is no ${what} \`${name}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`;
}

const listOf = (names: Iterable<string>): string => [...names].toSorted().join(', ');
