import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import type Dockerode from 'dockerode';
import { messageOf } from '../base/errors.ts';
import { engineStatus } from './container.ts';
import { ownLabel, runLabels } from './labels.ts';
import type { ResourceNote } from './cluster.ts';

/** A removal that takes longer than this is given up and reported. */
const removalBudgetMs = 30_000;

export interface Leftover {
  kind: 'container' | 'network' | 'volume';
  name: string;
  id: string;
  runId: string;
  /** The harness of its run is still alive on this host. */
  live: boolean;
}

type Labels = Record<string, string> | undefined;

/** Everything in the engine that bears our label. */
export async function listLeftovers(docker: Dockerode, runId?: string): Promise<Leftover[]> {
  const filters = { label: [runId === undefined ? `${ownLabel}=1` : `${runLabels.run}=${runId}`] };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: filters as never }),
  ]);
  const leftover = (kind: Leftover['kind'], name: string, id: string, labels: Labels): Leftover => ({
    kind,
    name,
    id,
    runId: labels?.[runLabels.run] ?? '',
    live: harnessAlive(labels),
  });
  return [
    ...containers.map((c) => leftover('container', (c.Names[0] ?? c.Id).replace(/^\//, ''), c.Id, c.Labels)),
    ...networks.map((n) => leftover('network', n.Name, n.Id, n.Labels)),
    // The engine answers null, not [], when there are none.
    ...((volumes.Volumes as typeof volumes.Volumes | null) ?? []).map((v) => leftover('volume', v.Name, v.Name, v.Labels)),
  ];
}

/** Removes what is given: containers first (they hold the rest), side by side. @returns what could not be removed, one sentence each. */
export async function removeLeftovers(
  docker: Dockerode,
  leftovers: readonly Leftover[],
  note?: (note: ResourceNote) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  for (const kind of ['container', 'volume', 'network'] as const) {
    await Promise.all(
      leftovers
        .filter((leftover) => leftover.kind === kind)
        .map(async ({ name, id }) => {
          try {
            await note?.({ action: 'removing', kind, name, id });
            await bounded(removeOne(docker, kind, id));
            await note?.({ action: 'removed', kind, name, id });
          } catch (error) {
            failures.push(`${kind} ${name}: ${messageOf(error)}`);
            await note?.({ action: 'remove-failed', kind, name, id, detail: messageOf(error) }).catch(() => undefined);
          }
        }),
    );
  }
  return failures;
}

/** Removes all that bears a run's label. @returns what could not be removed; one sentence when the engine does not answer. */
export async function removeRun(docker: Dockerode, runId: string, note?: (note: ResourceNote) => Promise<void>): Promise<string[]> {
  try {
    return await removeLeftovers(docker, await bounded(listLeftovers(docker, runId)), note);
  } catch (error) {
    return [`the engine did not answer (${messageOf(error)}): what run ${runId} made is still there; \`pgdrill clean\` removes it`];
  }
}

async function removeOne(docker: Dockerode, kind: Leftover['kind'], id: string): Promise<void> {
  try {
    if (kind === 'container') await docker.getContainer(id).remove({ force: true, v: true });
    else if (kind === 'volume') await docker.getVolume(id).remove();
    else await docker.getNetwork(id).remove();
  } catch (error) {
    if (engineStatus(error) === 404) return;
    // Somebody else is removing it: wait for that to end, as a network cannot go before its containers.
    if (kind !== 'container' || !/already in progress/.test(messageOf(error))) throw error;
    await docker
      .getContainer(id)
      .wait({ condition: 'removed' })
      .catch(() => undefined);
  }
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${removalBudgetMs / 1000} s`)), removalBudgetMs);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Whether the process that made it still runs: same host, same pid, and started no later than the label says. */
function harnessAlive(labels: Labels): boolean {
  const pid = Number(labels?.[runLabels.pid]);
  if (labels?.[runLabels.host] !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startedAtSeconds(pid) <= Number(labels[runLabels.started]) + 2;
}

/** Unix time at which a process started; 0 where the system does not tell (then the pid alone decides). */
function startedAtSeconds(pid: number): number {
  try {
    const ticks = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    );
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
    return bootSeconds + ticks / 100;
  } catch {
    return 0;
  }
}
