import { z } from 'zod';
import {
  DrillError,
  asRoot,
  datedNs,
  defineFault,
  endGuard,
  listProcesses,
  renewGuard,
  runningOf,
  startGuard,
  workloadsOf,
  type Process,
} from 'pgdrill';

const params = z.strictObject({
  workload: z.string().min(1).optional().describe('Name of one workload of the node (`db`); by default all of them'),
});

interface Paused {
  /** Session of the lease guard in this container: the one thing in it that goes on. */
  guard: number;
  /** Processes that were stopped before: not ours to continue. */
  spare: number[];
  stoppedMs: number;
}

/** One system call stops everything that this container's first process can see, but that process and the caller; then the guard is let go on. */
const stopScript = (guard: number): string => `kill -s STOP -- -1 && kill -s CONT -- -${guard} && date +%s%N`;

const continueScript = (spare: readonly number[]): string => `
for dir in /proc/[0-9]*; do
  case " ${spare.join(' ')} " in
    *" \${dir#/proc/} "*) ;;
    *) kill -s CONT \${dir#/proc/} 2>/dev/null;;
  esac
done; true`;

export default defineFault({
  kind: 'pause',
  summary: 'Stops every process of a node: it holds its connections and its lease in memory, and does nothing',
  params,
  needs: [],
  target: 'nodes',
  does: "SIGSTOP to every process of the workloads, the first one included; heal sends SIGCONT. The kernel goes on: it acknowledges packets and accepts connections, and clocks run on. Not the engine's freezer, which nothing inside could undo if the harness died.",
  notSimulated: [
    'A virtual machine that is paused takes its kernel along: it acknowledges no packet, and its monotonic clock stands still.',
  ],
  async inject(context) {
    const containers = await runningOf(workloadsOf(context.nodes, context.params.workload));
    if (containers.length === 0) throw new DrillError('nothing to pause: no workload runs', { code: 'fault-failed' });
    const paused = await Promise.all(
      containers.map(async (container): Promise<[string, Paused]> => {
        const spare = (await listProcesses(container)).filter(({ state }) => state === 'T').map(({ pid }) => pid);
        const guard = await startGuard(container, { id: context.id, leaseMs: context.leaseMs, healScript: continueScript(spare) });
        // A first process ignores what comes from inside; from outside it can be stopped.
        await container.kill('STOP');
        const stoppedMs = Number(await asRoot(container, stopScript(guard))) / 1e6;
        return [container.name, { guard, spare, stoppedMs }];
      }),
    );
    return { paused: Object.fromEntries(paused) };
  },
  async confirm(context, { paused }) {
    const readings: Record<string, number> = {};
    for (const container of workloadsOf(context.nodes, context.params.workload)) {
      const of = paused[container.name];
      if (of === undefined) continue;
      const all = await listProcesses(container);
      const processes = all.filter(({ session }) => session !== of.guard);
      const going = processes.find(({ state }) => !isStill(state));
      if (going !== undefined) return { proven: false, seen: `${container.name}: ${describe(going)}` };
      const guard = all.find(({ pid }) => pid === of.guard);
      if (guard === undefined || isStill(guard.state)) return { proven: false, seen: `${container.name}: the lease guard does not run` };
      if (processes.length === 0) return { proven: false, seen: `${container.name} has no process` };
      readings[`${container.name}: stopped processes`] = processes.length;
    }
    const stoppedMs = Math.max(...Object.values(paused).map((of) => of.stoppedMs));
    return {
      proven: true,
      effectiveNs: datedNs(context, stoppedMs),
      evidence: { summary: `${Object.keys(paused).join(', ')}: every process is in state T`, readings },
    };
  },
  async heal(context, memo) {
    await Promise.all(
      // What was restarted or removed meanwhile is not stopped any more.
      (await runningOf(workloadsOf(context.nodes, context.params.workload))).map(async (container) => {
        await asRoot(container, continueScript(memo.paused?.[container.name]?.spare ?? []));
        await endGuard(container, context.id);
      }),
    );
  },
  async confirmHealed(context, memo) {
    const containers = await runningOf(workloadsOf(context.nodes, context.params.workload));
    for (const container of containers) {
      const spare = memo.paused?.[container.name]?.spare ?? [];
      const still = (await listProcesses(container)).find(({ pid, state }) => state === 'T' && !spare.includes(pid));
      if (still !== undefined) return { proven: false, seen: `${container.name}: ${describe(still)}` };
    }
    const summary = `${containers.map(({ name }) => name).join(', ') || 'nothing that runs'}: no process is stopped`;
    return { proven: true, effectiveNs: context.clock.nowNs(), evidence: { summary } };
  },
  async renew(context) {
    const containers = await runningOf(workloadsOf(context.nodes, context.params.workload));
    await Promise.all(containers.map((container) => renewGuard(container, { id: context.id, leaseMs: context.leaseMs })));
  },
});

/** Stopped, or dead and not reaped: it executes nothing. */
const isStill = (state: string): boolean => state === 'T' || state === 'Z';

const describe = ({ pid, name, state }: Process): string => `process ${pid} (${name}) is in state ${state}`;
