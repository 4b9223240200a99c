import type { Series } from '../history/evidence.ts';
import type { OpRanges } from '../history/final-state.ts';
import { hasOp } from '../history/op-ranges.ts';
import { quantile } from './quantile.ts';
import type { Window } from './window.ts';

/** One slot of a series as the service answered it. */
export interface Slot {
  dueNs: number;
  /** When its first byte left, where it has one: later than due by the time it took to get a connection. */
  startNs?: number;
  /** Null: no end was ever written. */
  endNs: number | null;
  accepted: boolean;
}

/**
 * The slots of a series by number. A write is accepted when it was acknowledged and its row is still there at the end
 * (`rows` null: not known, so the acknowledgement has to do); a read when a server answered it.
 * A hole in the numbering is refused service, for nothing says otherwise: its first and last slot stand for it.
 */
export function slotsOf({ declared, operations }: Series, rows: OpRanges | null): Slot[] {
  const slots: Slot[] = [];
  let expected = operations[0]?.op ?? 0;
  for (const { op, dueNs, startNs, endNs, outcome, value } of operations) {
    for (const hole of op > expected ? new Set([expected, op - 1]) : []) {
      slots.push({ dueNs: declared.t0Ns + hole * declared.intervalNs, endNs: null, accepted: false });
    }
    const served = declared.access === 'read' ? value?.server !== undefined : rows === null || hasOp(rows, op);
    slots.push({ dueNs, startNs, endNs, accepted: outcome === 'ok' && endNs !== null && served });
    expected = op + 1;
  }
  return slots;
}

/** Latency of a series in steady state, from the due time, ns. Both 0 where nothing was measured. */
export interface UsualLatency {
  medianNs: number;
  p99Ns: number;
}

export function usualLatency(slots: readonly Slot[], baseline: Window | null): UsualLatency {
  const latencies: number[] = [];
  for (const { dueNs, endNs, accepted } of slots) {
    if (baseline !== null && accepted && endNs !== null && dueNs >= baseline.fromNs && dueNs < baseline.toNs) latencies.push(endNs - dueNs);
  }
  latencies.sort((a, b) => a - b);
  return { medianNs: quantile(latencies, 0.5) ?? 0, p99Ns: quantile(latencies, 0.99) ?? 0 };
}
