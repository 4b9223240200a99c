import { setTimeout as sleep } from 'node:timers/promises';
import type { RunClock } from '../base/clock.ts';
import { DrillError } from '../base/errors.ts';
import type { ClientControl } from '../client/control.ts';
import type { RunningTopology, TopologyPlan } from '../contract/topology.ts';
import type { Phase } from '../history/journal.ts';
import type { Cluster } from '../runtime/cluster.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { FaultRun } from './fault-run.ts';
import type { Journal } from './journal.ts';
import type { Recorder } from './recorder.ts';
import type { HistoryTail } from './tail.ts';

/** What the phases of one drill share. What a phase acquires is put here for the later ones; release is by scope, in run.ts. */
export interface DrillContext {
  readonly scenario: Scenario;
  readonly plan: TopologyPlan;
  readonly clock: RunClock;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly runFolder: string;
  readonly cluster: Cluster;
  readonly tail: HistoryTail;
  readonly stop: AbortSignal;
  readonly releaseNow: AbortSignal;
  readonly scope: AsyncDisposableStack;
  phase: Phase;
  topology: RunningTopology | null;
  client: ClientControl | null;
  faults: FaultRun[];
  /** The primary as the baseline left it, and where its WAL stood then. */
  before: { primary: string; lsn: string; timeline: number } | null;
}

/** Sleeps, unless the drill is stopped. @throws DrillError `interrupted`. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(0, ms), undefined, { signal });
  } catch {
    throw new DrillError('stopped on request', { code: 'interrupted' });
  }
}

/** The running topology; phases that come after settle have one. */
export function running(context: DrillContext): RunningTopology {
  if (context.topology === null) throw new DrillError('the topology is not connected', { code: 'internal' });
  return context.topology;
}
