import { DrillError } from '../base/errors.ts';
import type { FaultContext } from './fault.ts';
import type { ContainerHandle, ContainerState, NodeHandle } from './node.ts';

/** Where a wall-clock reading (Unix ms) lies on the run's axis: never before the step was invoked, never in the future. */
export function datedNs(context: Pick<FaultContext<unknown>, 'clock' | 'invokedNs'>, unixMs: number): number {
  return Math.min(Math.max(context.clock.fromWallMs(unixMs), context.invokedNs), context.clock.nowNs());
}

/** The workloads of the nodes, all or those of one name. @throws DrillError `fault-failed` when a node has none such. */
export function workloadsOf(nodes: readonly NodeHandle[], name?: string): ContainerHandle[] {
  return nodes.flatMap((node) => {
    const found = [...node.workloads].filter(([workload]) => name === undefined || workload === name).map(([, container]) => container);
    if (found.length > 0) return found;
    const known = [...node.workloads.keys()].join(', ') || 'none';
    throw new DrillError(`node ${node.name} has no workload${name === undefined ? '' : ` ${name}`}; it has: ${known}`, {
      code: 'fault-failed',
    });
  });
}

/** Those that run now. A container that cannot be asked (it was removed) does not run. */
export async function runningOf(containers: readonly ContainerHandle[]): Promise<ContainerHandle[]> {
  const states = await Promise.all(containers.map((container) => stateOf(container)));
  return containers.filter((_, index) => states[index]?.running === true);
}

/**
 * SIGKILL to every process of the containers that run, through the engine.
 * @returns their names. @throws DrillError `fault-failed` when none runs: there is nothing to kill.
 */
export async function killAll(containers: readonly ContainerHandle[]): Promise<string[]> {
  const victims = await runningOf(containers);
  if (victims.length === 0) {
    throw new DrillError(`nothing to kill: ${containers.map(({ name }) => name).join(', ')} did not run`, { code: 'fault-failed' });
  }
  await Promise.all(victims.map((victim) => victim.kill('KILL')));
  return victims.map(({ name }) => name);
}

/** Starts what does not run. A container that was removed stays away: confirmHealed says so. */
export async function startAll(containers: readonly ContainerHandle[]): Promise<void> {
  await Promise.all(containers.map((container) => container.start().catch(() => undefined)));
}

async function stateOf(container: ContainerHandle): Promise<ContainerState | null> {
  return container.state().catch(() => null);
}
