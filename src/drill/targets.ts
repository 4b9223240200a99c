import type { Capabilities, NodeHandle } from '../index.ts';
import type { Target } from '../scenario/schema.ts';
import { DrillError } from '../base/errors.ts';

/** A target as text, for journal and report. */
export function targetText(target: Target | undefined): string {
  if (target === undefined) return 'none';
  return typeof target === 'string' ? target : `zone:${target.zone}`;
}

/**
 * The nodes that a target means now, when the fault fires.
 * @param random a number in [0, 1), drawn from the drill's seed: chooses among equals.
 * @param side the nodes on this side of a link: `rest` is everybody else.
 * @throws DrillError `fault-failed` when nothing fits (no primary just now).
 */
export async function resolveTarget(
  target: Target | undefined,
  nodes: ReadonlyMap<string, NodeHandle>,
  capabilities: Partial<Capabilities>,
  random: number,
  side: readonly NodeHandle[] = [],
): Promise<NodeHandle[]> {
  if (target === undefined) return [];
  if (target === 'rest') return [...nodes.values()].filter((node) => !side.includes(node));
  const names = await namesOf(target, nodes, capabilities, random);
  if (names.length === 0) throw new DrillError(`no ${targetText(target)} just now: nothing to hit`, { code: 'fault-failed' });
  return names.map((name) => {
    const node = nodes.get(name);
    if (node === undefined) throw new DrillError(`there is no node ${name}`, { code: 'fault-failed' });
    return node;
  });
}

async function namesOf(
  target: Target,
  nodes: ReadonlyMap<string, NodeHandle>,
  capabilities: Partial<Capabilities>,
  random: number,
): Promise<string[]> {
  if (typeof target !== 'string')
    return [...nodes.values()].filter((node) => node.zone === target.zone && !isClient(node)).map((node) => node.name);
  const members = capabilities.members?.().map((member) => member.node.name) ?? [];
  const primary = async (): Promise<string | null> => (await capabilities.primary?.()) ?? null;
  switch (target) {
    case 'primary':
      return [await primary()].filter((name) => name !== null);
    case 'replica':
      return others(members, await primary());
    case 'one-replica': {
      const replicas = others(members, await primary());
      const chosen = replicas[Math.floor(random * replicas.length)];
      return chosen === undefined ? [] : [chosen];
    }
    case 'majority': {
      const first = await primary();
      return [...(first === null ? [] : [first]), ...others(members, first)].slice(0, Math.floor(members.length / 2) + 1);
    }
    case 'dcs':
      return capabilities.dcs?.().map((node) => node.name) ?? [];
    case 'dcs-leader':
      return [(await capabilities.dcsLeader?.()) ?? null].filter((name) => name !== null);
    case 'client':
      return [...nodes.values()].filter(isClient).map((node) => node.name);
    case 'cluster':
      return [...nodes.values()].filter((node) => !isClient(node)).map((node) => node.name);
    default:
      return [target];
  }
}

const isClient = (node: NodeHandle): boolean => node.workloads.has('client');
const others = (members: string[], primary: string | null): string[] => members.filter((member) => member !== primary);
