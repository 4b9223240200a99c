import { phases, type FaultState, type JournalEvent, type Phase } from '../../history/journal.ts';
import type { Progress } from '../../drill/api.ts';

/** What a watcher knows of a running drill, folded from its progress. Times are the watcher's own clock, ms. */
export interface LiveState {
  title: string;
  startedMs: number;
  seed: number | null;
  phases: Record<Phase, PhaseState>;
  faults: FaultLine[];
  /** Null: no client runs, or it has not been heard yet. */
  gauge: { primary: string | null; writesPerSecond: number; outage: { ms: number; seenMs: number } | null } | null;
  /** How long writes were refused over all finished outages, ms, as far as the gauge tells. */
  refusedMs: number;
  /** The latest remark, and the latest word to the user, which stays. */
  note: string | null;
  notice: string | null;
  warnings: number;
}

export interface PhaseState {
  state: 'waiting' | 'running' | 'done' | 'failed';
  startedMs: number;
  elapsedMs: number;
  detail: string;
}

export interface FaultLine {
  fault: string;
  /** `1-container-kill on pg1`; what is no node's (a switchover) has no place. */
  title: string;
  state: FaultState;
  detail: string;
}

export function initialState(title: string, nowMs: number): LiveState {
  const waiting = (): PhaseState => ({ state: 'waiting', startedMs: 0, elapsedMs: 0, detail: '' });
  return {
    title,
    startedMs: nowMs,
    seed: null,
    phases: Object.fromEntries(phases.map((phase) => [phase, waiting()])) as Record<Phase, PhaseState>,
    faults: [],
    gauge: null,
    refusedMs: 0,
    note: null,
    notice: null,
    warnings: 0,
  };
}

/** Takes one piece of progress into the state. */
export function apply(state: LiveState, progress: Progress, nowMs: number): void {
  if (progress.kind === 'note') state.note = progress.text;
  else if (progress.kind === 'journal') applyEvent(state, progress.event, nowMs);
  else {
    const { primary, writesPerSecond, outageMs } = progress;
    if (outageMs === null) state.refusedMs += state.gauge?.outage?.ms ?? 0;
    state.gauge = { primary, writesPerSecond, outage: outageMs === null ? null : { ms: outageMs, seenMs: nowMs } };
  }
}

function applyEvent(state: LiveState, event: JournalEvent, nowMs: number): void {
  switch (event.type) {
    case 'run':
      state.title = event.runId;
      state.seed = event.seed;
      break;
    case 'phase':
      applyPhase(state, event.phase, event.state, event.detail ?? '', nowMs);
      break;
    case 'fault':
      applyFault(state, event);
      break;
    case 'warning':
      state.warnings += 1;
      state.note = `warning: ${event.message}`;
      break;
    case 'stopped':
      // After Ctrl-C the screen already says what another one would do.
      state.notice ??= `stopped by ${event.by}: ${event.reason}`;
      break;
    default:
      break;
  }
}

function applyPhase(state: LiveState, name: Phase, change: 'started' | 'ended' | 'failed', detail: string, nowMs: number): void {
  const phase = state.phases[name];
  if (change === 'started') {
    state.phases[name] = { state: 'running', startedMs: nowMs, elapsedMs: 0, detail };
    state.note = null;
    return;
  }
  const elapsedMs = phase.state === 'waiting' ? 0 : nowMs - phase.startedMs;
  state.phases[name] = { ...phase, state: change === 'ended' ? 'done' : 'failed', elapsedMs, detail };
  // From here on nobody writes: a gauge that no longer moves would mislead.
  if (name === 'converge' || name === 'examine') state.gauge = null;
}

function applyFault(state: LiveState, event: Extract<JournalEvent, { type: 'fault' }>): void {
  const line: FaultLine = {
    fault: event.fault,
    title: faultTitle(event),
    state: event.state,
    detail: event.reason ?? event.evidence?.summary ?? '',
  };
  const known = state.faults.findIndex((fault) => fault.fault === event.fault);
  if (known === -1) state.faults.push(line);
  else state.faults[known] = line;
}

/** The nodes that it hit, or before these are known what was asked for. */
export function faultTitle({ fault, nodes, target }: Extract<JournalEvent, { type: 'fault' }>): string {
  const where = nodes.length > 0 ? nodes.join(', ') : target;
  return where === 'none' ? fault : `${fault} on ${where}`;
}
