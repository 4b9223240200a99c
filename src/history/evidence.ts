import type { CompleteEvent, ConnectionEvent, LagEvent, SeriesEvent } from './operations.ts';
import type { Divergence, FinalState } from './final-state.ts';
import type { ClockBound, FaultChanged, ParameterRead, Phase, RunStarted, WarningRaised } from './journal.ts';
import type { HostSample, LeaderEvent, MemberSample, RouteEvent, ServerLogEvent } from './observations.ts';
import type { Scenario } from '../scenario/schema.ts';

/** One operation of a client, its invocation and its end put together. */
export interface Operation {
  series: string;
  op: number;
  dueNs: number;
  startNs: number;
  /** Null: it was invoked and its end was never written; the outcome is `info`. */
  endNs: number | null;
  outcome: CompleteEvent['outcome'];
  error?: CompleteEvent['error'];
  value?: CompleteEvent['value'];
}

/** A series with all of its operations, by op number. */
export interface Series {
  declared: SeriesEvent;
  operations: Operation[];
}

/** One fault's life, put together from the journal. */
export interface FaultRecord {
  fault: string;
  kind: string;
  target: string;
  nodes: string[];
  params: Record<string, unknown>;
  /** Every state change, in order. */
  changes: FaultChanged[];
  /** When it was asked for, was proven active (as dated by its evidence), and was proven gone. Null: that never happened. */
  injectedNs: number | null;
  activeNs: number | null;
  /** The heal was begun. */
  healingNs: number | null;
  healedNs: number | null;
  failed: string | null;
}

/**
 * All that one drill left behind, read from its run folder: what checks and scores are computed from.
 * Built by history/ readers; plain data.
 */
export interface Evidence {
  run: RunStarted;
  scenario: Scenario;
  phases: { phase: Phase; startNs: number; endNs: number | null; failed: string | null; detail: string | null }[];
  faults: FaultRecord[];
  series: Map<string, Series>;
  connections: ConnectionEvent[];
  lag: LagEvent[];
  members: MemberSample[];
  leaders: LeaderEvent[];
  routes: RouteEvent[];
  log: ServerLogEvent[];
  host: HostSample[];
  parameters: ParameterRead[];
  clocks: ClockBound[];
  warnings: WarningRaised[];
  divergences: { member: string; divergence: Divergence | null; reason: string | null }[];
  /** Null: the drill never got to examine. */
  final: FinalState | null;
  stopped: { by: 'interrupt' | 'guard'; reason: string; atNs: number } | null;
  /** Whether the client closed its history in good order. False: it was cut off. */
  clientEnded: boolean;
  /** What was found wrong with the files themselves: torn lines, missing files. */
  defects: string[];
}
