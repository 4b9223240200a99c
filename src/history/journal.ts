import type { Divergence } from './final-state.ts';

/** A drill's phases, in order. */
export const phases = [
  'provision',
  'settle',
  'baseline',
  'inject',
  'observe',
  'heal',
  'converge',
  'examine',
  'score',
  'report',
  'release',
] as const;
export type Phase = (typeof phases)[number];

/** A fault's life. `active` and `healed` are reached by proof only. */
export type FaultState = 'planned' | 'injecting' | 'active' | 'healing' | 'healed' | 'failed';

/** What was seen that proves that a fault is in effect, or gone. */
export interface Evidence {
  /** One sentence for a person: "container pg1.db: process 1 is gone, exit code 137". */
  summary: string;
  /** The readings behind it. */
  readings?: Record<string, string | number | boolean | null>;
}

/**
 * The journal (`journal.jsonl`): each step, written and flushed before it acts. With the history it is enough to heal
 * after a crash, to recompute the verdict, and to explain a teardown error without losing the result.
 */
export type JournalEvent =
  | RunStarted
  | PhaseChanged
  | ResourceNoted
  | FaultChanged
  | DivergenceCaptured
  | ParameterRead
  | ClockBound
  | WarningRaised
  | Stopped
  | RunEnded;

export interface RunStarted {
  type: 'run';
  atNs: number;
  runId: string;
  /** CLOCK_MONOTONIC at the epoch, ns, decimal; and the wall clock then (Unix ms). */
  epochNs: string;
  epochWallMs: number;
  scenarioFile: string;
  /** Canonical hash of the scenario as resolved (defaults filled in): sha256, hex. */
  scenarioHash: string;
  /** The scenario as written (input form); scenario/schema.ts resolves it. */
  scenario: unknown;
  seed: number;
  /** What the drill is held to: scenario and tier put together (scenario's and score's `Limits`), so that it can be judged again by the same. */
  limits?: unknown;
  /** Role → image reference and digest (image id where the image was made here). */
  images: Record<string, { reference: string; digest: string }>;
  /** Nodes of the topology: name, zone, region, address and the roles they run. */
  nodes: { name: string; zone: string; region: string; address: string; roles: string[] }[];
  environment: Record<string, string | number>;
  /** What this topology and these faults cannot simulate, one sentence each: the report is rendered from the folder alone. */
  notSimulated?: string[];
  /** The process that runs the drill: lets `clean` tell a live run from a dead one. */
  harness: { pid: number; host: string };
}

export interface PhaseChanged {
  type: 'phase';
  atNs: number;
  phase: Phase;
  state: 'started' | 'ended' | 'failed';
  /** Failed: the message. Ended: what was found, where there is something to say. */
  detail?: string;
}

export interface ResourceNoted {
  type: 'resource';
  atNs: number;
  action: 'creating' | 'created' | 'removing' | 'removed' | 'remove-failed';
  kind: 'container' | 'network' | 'volume';
  name: string;
  id?: string;
  detail?: string;
}

export interface FaultChanged {
  type: 'fault';
  atNs: number;
  /** Unique in the run: `1-container-kill`. */
  fault: string;
  kind: string;
  state: FaultState;
  /** What the scenario asked for, and the nodes it resolved to. */
  target: string;
  nodes: string[];
  params?: Record<string, unknown>;
  /** `active` and `healed`: when the effect began, as the evidence dates it; never before the step was invoked, never after atNs. */
  effectiveNs?: number;
  evidence?: Evidence;
  /** `failed`: why. */
  reason?: string;
  /** What inject() returned: all that heal() needs, also after a crash. */
  memo?: unknown;
}

export interface DivergenceCaptured {
  type: 'divergence';
  atNs: number;
  /** Null: it could not be captured, for the reason given. */
  divergence: Divergence | null;
  member: string;
  reason?: string;
}

/** A setting as asked and as in force, read back from the running system. */
export interface ParameterRead {
  type: 'parameter';
  atNs: number;
  name: string;
  asked: string;
  inForce: string;
}

/** How far the client's clock may be from the harness's, by handshake. */
export interface ClockBound {
  type: 'clock';
  atNs: number;
  client: string;
  sameKernel: boolean;
  offsetNs: number;
  boundNs: number;
}

export interface WarningRaised {
  type: 'warning';
  atNs: number;
  /** Stable word: `parameter-differs`, `single-zone`, … */
  code: string;
  message: string;
  /** True: the measurement cannot be trusted, so the verdict is at best `inconclusive`. */
  invalidates: boolean;
}

/** The drill was stopped before its end. */
export interface Stopped {
  type: 'stopped';
  atNs: number;
  by: 'interrupt' | 'guard';
  reason: string;
}

export interface RunEnded {
  type: 'ended';
  atNs: number;
  verdict: string;
}
