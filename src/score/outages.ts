import type { Slot, UsualLatency } from './slots.ts';

/** Refused slots with no run of accepted ones in between, and the run that ended them. */
export interface Refusals {
  /** Index of the first refused slot, of the last, and of the first slot of the run that follows; null: no such run follows. */
  first: number;
  last: number;
  run: number | null;
}

/** An outage begins at a refused slot and ends at the first slot of `consecutive` accepted ones in a row. */
export function findRefusals(slots: readonly Slot[], consecutive: number): Refusals[] {
  const found: Refusals[] = [];
  let open: Refusals | null = null;
  let accepted = 0;
  for (const [index, slot] of slots.entries()) {
    if (slot.accepted) {
      accepted++;
      if (open === null || accepted < consecutive) continue;
      open.run = index - consecutive + 1;
      open = null;
      continue;
    }
    accepted = 0;
    if (open !== null) open.last = index;
    else found.push((open = { first: index, last: index, run: null }));
  }
  return found;
}

/** What making a connection, and the first statement of a new backend, may add to a latency without being a hold. */
const connectNs = 50_000_000;

/** When service was back, as a run of accepted slots tells it. */
export interface Return {
  atNs: number;
  /** The earliest acknowledgement in the run: it was back by then for sure. */
  provenNs: number;
}

/**
 * Service was back when the first slot of the run was due. A write that was held (slower than 99 of 100 in steady state)
 * would credit the service for the time in which it held it: for such a one it is the usual latency before its
 * acknowledgement. As slots overtake each other, the earliest of these instants counts.
 */
export function returnOf(slots: readonly Slot[], run: number, usual: UsualLatency): Return {
  let atNs = Infinity;
  let provenNs = Infinity;
  for (let index = run; index < slots.length; index++) {
    const { dueNs, startNs = dueNs, endNs, accepted } = slots[index] as Slot;
    if (!accepted || endNs === null || dueNs >= atNs) break;
    const connecting = startNs - dueNs > usual.medianNs;
    const held = endNs - dueNs > usual.p99Ns + (connecting ? connectNs : 0);
    atNs = Math.min(atNs, held ? Math.max(dueNs, endNs - usual.medianNs) : dueNs);
    provenNs = Math.min(provenNs, endNs);
  }
  return { atNs, provenNs };
}
