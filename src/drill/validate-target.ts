import type { Capability } from '../contract/topology.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { TimelineStep } from '../scenario/plan.ts';
import { roleTargets, type Target } from '../scenario/schema.ts';
import { targetText } from './targets.ts';
import { unknownName } from './validate-names.ts';
import type { PlannedTopology } from './validate-topology.ts';

/** What a target asks of the topology, where it asks for more than nodes. */
const targetNeeds: Partial<Record<string, Capability[]>> = {
  primary: ['primary'],
  replica: ['primary', 'members'],
  'one-replica': ['primary', 'members'],
  majority: ['primary', 'members'],
  dcs: ['dcs'],
  'dcs-leader': ['dcsLeader'],
};

/** Roles that hold others whenever they are resolved. */
const holds: Partial<Record<string, readonly string[]>> = {
  cluster: roleTargets.filter((role) => role !== 'client' && role !== 'rest'),
  majority: ['primary'],
  replica: ['one-replica'],
  dcs: ['dcs-leader'],
};

/** Targets that are missing, needless, not there, or on both sides of a link. */
export function targetProblems(
  { source }: LoadedScenario,
  { entry, fault, target, from }: TimelineStep,
  takes: 'nodes' | 'link' | 'none',
  planned: PlannedTopology,
): Diagnostic[] {
  const at = ['timeline', entry];
  const needless = (key: 'target' | 'from'): Diagnostic => source.atKey(at, key, `${fault} takes no ${key}`, `no \`${key}\``);
  const given = { target, from };
  return (['target', 'from'] as const).flatMap((key) => {
    const value = given[key];
    const takesIt = key === 'target' ? takes !== 'none' : takes === 'link';
    if (!takesIt) return value === undefined ? [] : [needless(key)];
    const { allowed, problem } = whatIsWrong(key, value, planned);
    if (value === undefined) return [source.atValue(at, `${fault} needs a \`${key}\``, allowed)];
    if (problem !== null) return [source.atValue([...at, key, ...problem.within], problem.message, problem.allowed)];
    if (key === 'from' && target !== undefined && overlap(target, value)) {
      const sides = `${targetText(target)} and ${targetText(value)} overlap: a node would stand on both sides of the cut`;
      return [source.atValue([...at, key], sides, 'two groups that share no node')];
    }
    return [];
  });
}

interface Wrong {
  within: string[];
  message: string;
  allowed: string;
}

function whatIsWrong(
  key: 'target' | 'from',
  target: Target | undefined,
  { topology, plan }: PlannedTopology,
): { allowed: string; problem: Wrong | null } {
  const nodes = plan.nodes.map((node) => node.name);
  const zones = [...new Set(plan.nodes.map((node) => node.zone))];
  const there = roleTargets.filter((role) => key === 'from' || role !== 'rest');
  const roles = there.filter((role) => lacking(role, topology.capabilities).length === 0);
  const allowed = `${roles.join(', ')}, zone: ${zones.join('|')}, or a node (${nodes.join(', ')})`;
  const wrong = (message: string, within: string[] = [], instead = allowed): ReturnType<typeof whatIsWrong> => ({
    allowed,
    problem: { within, message, allowed: instead },
  });
  if (target === undefined) return { allowed, problem: null };
  if (typeof target !== 'string') {
    return zones.includes(target.zone)
      ? { allowed, problem: null }
      : wrong(unknownName('zone', target.zone, zones), ['zone'], zones.join(', '));
  }
  const lacks = lacking(target, topology.capabilities);
  if (lacks.length > 0) return wrong(`${key} ${target} needs what ${topology.kind} lacks: ${lacks.join(', ')}`);
  if (roles.some((role) => role === target) || nodes.includes(target)) return { allowed, problem: null };
  return wrong(unknownName(key, target, [...roles, ...nodes]));
}

/** As far as it can be known before they are resolved: a role may be any node's by then. */
function overlap(a: Target, b: Target): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return typeof a !== 'string' && typeof b !== 'string' && a.zone === b.zone;
  return a === b || (holds[a]?.includes(b) ?? false) || (holds[b]?.includes(a) ?? false);
}

const lacking = (target: string, capabilities: readonly Capability[]): Capability[] =>
  (targetNeeds[target] ?? []).filter((need) => !capabilities.includes(need));
