import { hostname } from 'node:os';

/** Everything that pgdrill creates in an engine bears `pgdrill=1`; what belongs to a run bears the run's labels too. Cleaning goes by these alone. */
export const ownLabel = 'pgdrill';

export const runLabels = {
  run: 'pgdrill.run',
  node: 'pgdrill.node',
  workload: 'pgdrill.workload',
  pid: 'pgdrill.pid',
  host: 'pgdrill.host',
  started: 'pgdrill.started',
} as const;

/** Who runs this drill: lets `clean` tell a live run from a dead one. `started` guards against a reused pid. */
export interface RunOwner {
  runId: string;
  pid: number;
  host: string;
  /** Unix seconds. */
  started: number;
}

export function thisProcessAsOwner(runId: string): RunOwner {
  return { runId, pid: process.pid, host: hostname(), started: Math.floor(performance.timeOrigin / 1000) };
}

export function labelsOf(owner: RunOwner, node?: string, workload?: string): Record<string, string> {
  return {
    [ownLabel]: '1',
    [runLabels.run]: owner.runId,
    [runLabels.pid]: String(owner.pid),
    [runLabels.host]: owner.host,
    [runLabels.started]: String(owner.started),
    ...(node === undefined ? {} : { [runLabels.node]: node }),
    ...(workload === undefined ? {} : { [runLabels.workload]: workload }),
  };
}
