import { z } from 'zod';
import { DrillError } from '../base/errors.ts';
import type { NodeHandle } from './node.ts';

/** For faults between two groups of nodes: which packets they are about. */
export const direction = z
  .enum(['both', 'in', 'out'])
  .default('both')
  .describe('Which packets are meant, seen from the target: `in` those that come from the other side, `out` those that go there');

/** @throws DrillError `fault-failed` where the groups share a node, or one of them is empty: there is no link between them. */
export function assertTwoSides(nodes: readonly NodeHandle[], peers: readonly NodeHandle[]): void {
  const both = nodes.filter((node) => peers.includes(node)).map(({ name }) => name);
  if (both.length > 0) throw new DrillError(`${both.join(', ')} would stand on both sides of the cut`, { code: 'fault-failed' });
  if (peers.length === 0 || nodes.length === 0)
    throw new DrillError('there is nobody on the other side of the cut', { code: 'fault-failed' });
}

/** `pg1, pg2`. */
export const namesOf = (nodes: readonly NodeHandle[]): string => nodes.map(({ name }) => name).join(', ');
