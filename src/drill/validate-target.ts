import type { Capability } from '../contract/topology.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { TimelineStep } from '../scenario/plan.ts';
import { roleTargets } from '../scenario/schema.ts';
import { unknownName } from './validate-names.ts';
import type { PlannedTopology } from './validate-topology.ts';

/** What a target asks of the topology, where it asks for more than nodes. */
const targetNeeds: Partial<Record<string, Capability[]>> = {
  primary: ['primary'],
  replica: ['primary', 'members'],
  'one-replica': ['primary', 'members'],
  majority: ['primary', 'members'],
  'dcs-leader': ['dcsLeader'],
};

/** A target that is missing, needless, or not there. */
export function targetProblems(
  { source }: LoadedScenario,
  { entry, fault, target }: TimelineStep,
  takes: 'nodes' | 'none',
  { topology, plan }: PlannedTopology,
): Diagnostic[] {
  const at = ['timeline', entry];
  const nodes = plan.nodes.map((node) => node.name);
  const zones = [...new Set(plan.nodes.map((node) => node.zone))];
  const roles = roleTargets.filter((role) => lacking(role, topology.capabilities).length === 0);
  const allowed = `${roles.join(', ')}, zone: ${zones.join('|')}, or a node (${nodes.join(', ')})`;
  if (takes === 'none') return target === undefined ? [] : [source.atKey(at, 'target', `${fault} takes no target`, 'no `target`')];
  if (target === undefined) return [source.atValue(at, `${fault} needs a \`target\``, allowed)];
  const place = [...at, 'target'];
  if (typeof target !== 'string') {
    return zones.includes(target.zone)
      ? []
      : [source.atValue([...place, 'zone'], unknownName('zone', target.zone, zones), zones.join(', '))];
  }
  const lacks = lacking(target, topology.capabilities);
  if (lacks.length > 0) return [source.atValue(place, `target ${target} needs what ${topology.kind} lacks: ${lacks.join(', ')}`, allowed)];
  if (roles.some((role) => role === target) || nodes.includes(target)) return [];
  return [source.atValue(place, unknownName('target', target, [...roles, ...nodes]), allowed)];
}

const lacking = (target: string, capabilities: readonly Capability[]): Capability[] =>
  (targetNeeds[target] ?? []).filter((need) => !capabilities.includes(need));
