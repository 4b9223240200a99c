import { z } from 'zod';
import { datedNs, defineFault, killAll, startAll, workloadsOf, type ContainerHandle } from 'pgdrill';

const params = z.strictObject({
  workload: z.string().min(1).optional().describe('Name of one workload of the node (`db`); by default all of them'),
});

/** The status of a container whose first process died by SIGKILL: 128 + 9. */
const killed = 137;

export default defineFault({
  kind: 'container-kill',
  summary: 'Kills the containers of a node at once, and starts them again',
  params,
  needs: [],
  target: 'nodes',
  does: 'SIGKILL through the engine to the first process, with which all others of the container go. The node keeps its address and its network, so its kernel closes the connections: peers see FIN or RST at once.',
  notSimulated: [
    'SIGKILL keeps the page cache: what was written but not flushed is still there after the restart, as it is not after a loss of power.',
    'A killed container cannot be started from inside: if the harness dies, it stays down until it is removed (`pgdrill clean`).',
  ],
  async inject({ nodes, params: { workload } }) {
    return { killed: await killAll(workloadsOf(nodes, workload)) };
  },
  async confirm(context, memo) {
    const dead = await Promise.all(
      victims(context, memo.killed).map(async (container) => ({ name: container.name, ...(await container.state()) })),
    );
    const alive = dead.find(({ running, exitCode }) => running || exitCode !== killed);
    if (alive !== undefined) return { proven: false, seen: `${alive.name}: running ${alive.running}, exit code ${alive.exitCode}` };
    const last = Math.max(...dead.map(({ finishedAtMs }) => finishedAtMs ?? 0));
    return {
      proven: true,
      effectiveNs: datedNs(context, last),
      evidence: {
        summary: `${memo.killed.join(', ')}: not running, exit code ${killed}`,
        readings: Object.fromEntries(dead.map(({ name, finishedAtMs }) => [`${name} finished, Unix ms`, finishedAtMs])),
      },
    };
  },
  async heal(context, memo) {
    await startAll(victims(context, memo.killed));
  },
  async confirmHealed(context, memo) {
    const started = await Promise.all(
      victims(context, memo.killed).map(async (container) => ({ name: container.name, ...(await container.state()) })),
    );
    const down = started.find(({ running }) => !running);
    if (down !== undefined) return { proven: false, seen: `${down.name} does not run, exit code ${down.exitCode}` };
    const last = Math.max(...started.map(({ startedAtMs }) => startedAtMs ?? 0));
    return {
      proven: true,
      effectiveNs: datedNs(context, last),
      evidence: { summary: `${started.map(({ name }) => name).join(', ')}: running again`, readings: { 'started, Unix ms': last } },
    };
  },
});

/** The containers that were killed; without a memo (inject was cut off) whichever it may have killed. */
function victims(
  context: { nodes: Parameters<typeof workloadsOf>[0]; params: z.output<typeof params> },
  names: string[] | undefined,
): ContainerHandle[] {
  return workloadsOf(context.nodes, context.params.workload).filter(({ name }) => names?.includes(name) ?? true);
}
