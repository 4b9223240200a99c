import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  DrillError,
  asRoot,
  datedNs,
  defineFault,
  endGuard,
  isServer,
  listProcesses,
  ofKind,
  processKinds,
  renewGuard,
  runningOf,
  startAll,
  startGuard,
  workloadsOf,
  type ContainerHandle,
  type FaultContext,
  type Process,
} from 'pgdrill';

const params = z.strictObject({
  process: z.enum(processKinds).describe('Which process, by what it is'),
  signal: z
    .enum(['KILL', 'TERM', 'INT', 'QUIT', 'ABRT', 'SEGV', 'BUS', 'STOP'], {
      error:
        'a signal whose effect can be proven: KILL, TERM, INT, QUIT, ABRT, SEGV, BUS or STOP (HUP, USR1 and the like leave the process as it was)',
    })
    .default('KILL'),
});
type Context = FaultContext<z.output<typeof params>>;

/** One process for good: its number may be given to another, its start time with it not. */
interface Victim {
  container: string;
  pid: number;
  startTicks: number;
}

/**
 * Sends the signal and looks, without pause at first, until the processes are in the state that proves it; prints the
 * wall clock before and after. Gives up after some 2 s: a shutdown in good order takes as long as it takes.
 */
const killScript = (signal: string, wanted: string, victims: readonly Victim[]): string => `
look() {
  state=gone
  { read -r line </proc/$1/stat; } 2>/dev/null || return 0
  start=$2; set -- \${line##*) }
  [ "\${20}" = "$start" ] && state=$1
  return 0
}
victims='${victims.map(({ pid, startTicks }) => `${pid}:${startTicks}`).join(' ')}'
date +%s%N
for victim in $victims; do
  look \${victim%:*} \${victim#*:}
  [ $state = gone ] || kill -s ${signal} \${victim%:*}
done
tries=0
while [ $tries -lt 400 ]; do
  left=0
  for victim in $victims; do
    look \${victim%:*} \${victim#*:}
    case $state in ${wanted}) ;; *) left=1;; esac
  done
  [ $left = 0 ] && { date +%s%N; exit 0; }
  tries=$((tries + 1))
  [ $tries -gt 200 ] && sleep 0.01
done
exit 0`;

export default defineFault({
  kind: 'process-kill',
  summary: 'Sends a signal to one kind of process: the postmaster, Patroni, a walreceiver and the like',
  params,
  needs: [],
  target: 'nodes',
  does: 'Finds the processes by name and title in the workloads of the node and sends the signal from inside. STOP is undone by CONT; whatever else ended a process is left to its supervisor (Patroni restarts PostgreSQL, a postmaster its children). Where the container ended with the process, heal starts it again, as a service manager would.',
  notSimulated: [
    'Patroni, etcd, HAProxy and PgBouncer are the first program of their container: it ends with them, and for Patroni this takes PostgreSQL along.',
    'SIGKILL keeps the page cache: what was written but not flushed is still there afterwards.',
  ],
  async inject(context) {
    const { process } = context.params;
    const found = await find(context);
    const victims = found.flatMap(({ victims: of }) => of);
    if (victims.length === 0) {
      throw new DrillError(`no ${process} on ${context.nodes.map(({ name }) => name).join(', ')}: nothing to signal`, {
        code: 'fault-failed',
      });
    }
    if (victims.some(({ pid }) => pid === 1)) {
      throw new DrillError(`${process} is the first process of its container, which no signal from inside ends: use container-kill`, {
        code: 'fault-failed',
      });
    }
    const dates = await Promise.all(found.map((of) => strike(context, of.container, of.victims)));
    const [signalledMs, provenMs] = [Math.min(...dates.map(([before]) => before)), Math.max(...dates.map(([, after]) => after))];
    // Infinity: not seen yet. JSON has no word for it.
    return { victims, signalledMs, provenMs: Number.isFinite(provenMs) ? provenMs : null };
  },
  async confirm(context, { victims, signalledMs, provenMs }) {
    let lastMs = provenMs;
    for (const container of workloadsOf(context.nodes)) {
      const own = victims.filter((victim) => victim.container === container.name);
      if (own.length === 0) continue;
      const { running, finishedAtMs } = await container.state();
      const left = running ? unproven(context.params.signal, own, await listProcesses(container)) : null;
      if (left !== null) return { proven: false, seen: `${container.name}: ${left}` };
      lastMs ??= running ? await sinceWhen(container, Date.now()) : finishedAtMs;
    }
    const pids = victims.map(({ container, pid }) => `${container} ${pid}`).join(', ');
    const what = context.params.signal === 'STOP' ? 'is in state T' : 'is gone';
    return {
      proven: true,
      effectiveNs: lastMs === null ? context.clock.nowNs() : datedNs(context, lastMs),
      evidence: {
        summary: `SIG${context.params.signal}: ${context.params.process} (${pids}) ${what}`,
        readings: { 'signalled, Unix ms': signalledMs, 'seen, Unix ms': lastMs },
      },
    };
  },
  async heal(context, memo) {
    const running = await runningOf(workloadsOf(context.nodes));
    if (context.params.signal === 'STOP') await Promise.all(running.map((container) => letGo(context, container, memo.victims)));
    await startAll(workloadsOf(context.nodes).filter(({ name }) => memo.victims?.some((victim) => victim.container === name) ?? true));
  },
  async confirmHealed(context, memo) {
    const { process, signal } = context.params;
    const wanted = isServer(process) ? process : 'postmaster';
    const alive: string[] = [];
    for (const container of workloadsOf(context.nodes)) {
      const own = (memo.victims ?? []).filter((victim) => victim.container === container.name);
      if (own.length === 0) continue;
      const processes = await listProcesses(container);
      const stopped = processes.find((candidate) => candidate.state === 'T' && own.some((victim) => isSame(victim, candidate)));
      if (stopped !== undefined) return { proven: false, seen: `${container.name}: process ${stopped.pid} is still stopped` };
      const serving = ofKind(wanted, processes).filter(
        (candidate) => candidate.state !== 'Z' && (signal === 'STOP' || !own.some((victim) => isSame(victim, candidate))),
      );
      if (serving.length === 0) return { proven: false, seen: `${container.name}: no ${wanted} yet` };
      alive.push(...serving.map(({ pid }) => `${container.name} ${pid}`));
    }
    const summary = alive.length === 0 ? 'nothing was signalled' : `${wanted} runs (${alive.join(', ')})`;
    return { proven: true, effectiveNs: context.clock.nowNs(), evidence: { summary } };
  },
  async renew(context) {
    if (context.params.signal !== 'STOP') return;
    for (const { container } of await find(context)) await renewGuard(container, { id: context.id, leaseMs: context.leaseMs });
  },
});

const isSame = (victim: Victim, process: Process): boolean => victim.pid === process.pid && victim.startTicks === process.startTicks;

/** The containers that have such processes now. */
async function find(context: Context): Promise<{ container: ContainerHandle; victims: Victim[] }[]> {
  const containers = await runningOf(workloadsOf(context.nodes));
  const all = await Promise.all(
    containers.map(async (container) => {
      const victims = ofKind(context.params.process, await listProcesses(container));
      return { container, victims: victims.map(({ pid, startTicks }) => ({ container: container.name, pid, startTicks })) };
    }),
  );
  return all.filter(({ victims }) => victims.length > 0);
}

/** @returns the wall clock before the signal and when its effect was seen (Infinity: not within 2 s, or the container ended first). */
async function strike(
  { id, leaseMs, params: { signal } }: Context,
  container: ContainerHandle,
  victims: Victim[],
): Promise<[number, number]> {
  const stop = signal === 'STOP';
  if (stop) await startGuard(container, { id, leaseMs, healScript: continueScript(victims) });
  const { stdout } = await container.exec(['sh', '-c', killScript(signal, stop ? 'T' : 'gone|Z', victims)], { user: 'root' });
  const [before = Number.NaN, after = Number.POSITIVE_INFINITY] = stdout
    .trim()
    .split('\n')
    .map((ns) => Number(ns) / 1e6);
  return [before, after];
}

/** How long the engine may take to notice that a container has ended, ms. */
const noticeMs = 300;

/** Nobody saw the process go; it was gone at `seenMs`. Where its container is ending with it, the engine knows since when. */
async function sinceWhen(container: ContainerHandle, seenMs: number): Promise<number> {
  while (Date.now() < seenMs + noticeMs) {
    const { running, finishedAtMs } = await container.state();
    if (!running) return Math.min(finishedAtMs ?? seenMs, seenMs);
    await sleep(20);
  }
  return seenMs;
}

/** Without a memo whatever of this kind is stopped was stopped by this fault. */
async function letGo({ id, params: { process } }: Context, container: ContainerHandle, victims: Victim[] | undefined): Promise<void> {
  const own = victims?.filter((victim) => victim.container === container.name);
  await asRoot(container, continueScript(own ?? ofKind(process, await listProcesses(container))));
  await endGuard(container, id);
}

/** What speaks against the proof; null: proven. */
function unproven(signal: string, victims: readonly Victim[], processes: readonly Process[]): string | null {
  for (const victim of victims) {
    const state = processes.find((process) => isSame(victim, process))?.state ?? 'gone';
    const proven = signal === 'STOP' ? state === 'T' : state === 'gone' || state === 'Z';
    if (!proven) return `process ${victim.pid} is ${state === 'gone' ? 'gone' : `in state ${state}`}`;
  }
  return null;
}

const continueScript = (victims: readonly { pid: number }[]): string =>
  `kill -s CONT ${victims.map(({ pid }) => pid).join(' ')} 2>/dev/null; true`;
