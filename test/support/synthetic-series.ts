import type { Operation, Series } from '../../src/history/evidence.ts';
import type { CompleteEvent, SeriesEvent } from '../../src/history/operations.ts';

export const ms = 1_000_000;
export const second = 1000 * ms;

/** An outage planted in a synthetic run; instants are ms after the fault's effect. */
export interface PlantedOutage {
  fromMs: number;
  toMs: number;
  /** Series that it hits; by default every series on `rw`. */
  series?: string[];
  /**
   * `refused` (default): answered at once with ECONNREFUSED. `hang`: cut off at the deadline, outcome unknown.
   * `queued`: like `hang`, but what is still waiting when it ends is let through and acknowledged then.
   */
  how?: 'refused' | 'hang' | 'queued';
}

/** An outage on the run's axis, ns. */
export interface Refusal {
  fromNs: number;
  toNs: number;
  how: 'refused' | 'hang' | 'queued';
}

/** Who answers a series at an instant. */
export interface Server {
  address: string;
  timeline: number;
  /** WAL position at the instant. */
  lsn: string;
  inRecovery: boolean;
}

export interface SeriesPlan {
  declared: SeriesEvent;
  /** The first slot that is no longer due. */
  endNs: number;
  refusals: Refusal[];
  server: (atNs: number) => Server;
  /** Answer of a healthy slot, ns after it was sent; deterministic. */
  latencyNs?: (op: number) => number;
}

/** 3 to 5 ms, spread without a random source so that a failing test fails again. */
const defaultLatencyNs = (op: number): number => 3 * ms + ((op * 7919) % 2000) * 1000;

/** Every slot of a series from its t0 to its end, refused where an outage was planted. */
export function syntheticSeries(plan: SeriesPlan): Series {
  const operations: Operation[] = [];
  const { t0Ns, intervalNs } = plan.declared;
  for (let op = 0, dueNs = t0Ns; dueNs < plan.endNs; op++, dueNs = t0Ns + op * intervalNs) {
    operations.push({ series: plan.declared.series, op, dueNs, startNs: dueNs, ...answer(plan, op, dueNs) });
  }
  return { declared: plan.declared, operations };
}

type Answer = Pick<Operation, 'endNs' | 'outcome'> & Partial<Pick<CompleteEvent, 'error' | 'value'>>;

function answer(plan: SeriesPlan, op: number, dueNs: number): Answer {
  const latencyNs = (plan.latencyNs ?? defaultLatencyNs)(op);
  // What is on its way when the outage begins is caught by it as well.
  const refusal = plan.refusals.find(({ fromNs, toNs }) => dueNs > fromNs - latencyNs && dueNs < toNs);
  if (refusal === undefined) return accepted(plan, dueNs + latencyNs);
  if (refusal.how === 'refused' && dueNs < refusal.fromNs) {
    return { endNs: refusal.fromNs + ms / 5, outcome: 'info', error: { code: 'ECONNRESET', message: 'read ECONNRESET' } };
  }
  if (refusal.how === 'refused') {
    const error = { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' };
    return { endNs: dueNs + ms / 2, outcome: 'fail', error };
  }
  const deadlineNs = dueNs + plan.declared.deadlineNs;
  if (refusal.how === 'queued' && refusal.toNs + latencyNs < deadlineNs) return accepted(plan, refusal.toNs + latencyNs);
  return { endNs: deadlineNs, outcome: 'info', error: { code: 'deadline', message: 'no answer within the deadline' } };
}

function accepted(plan: SeriesPlan, endNs: number): Answer {
  const server = plan.server(endNs);
  if (server.inRecovery && plan.declared.access === 'write') {
    const error = { code: '25006', message: 'cannot execute INSERT in a read-only transaction' };
    return { endNs, outcome: 'fail', error };
  }
  const value = { server: server.address, timeline: server.timeline, lsn: server.lsn };
  if (plan.declared.access === 'write') return { endNs, outcome: 'ok', value };
  return { endNs, outcome: 'ok', value: { ...value, inRecovery: server.inRecovery, replayAgeMs: 5 } };
}

/** Op numbers as inclusive ranges. */
export function toRanges(ops: number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const op of ops) {
    const last = ranges.at(-1);
    if (last !== undefined && op === last[1] + 1) last[1] = op;
    else ranges.push([op, op]);
  }
  return ranges;
}
