import type { Evidence } from '../history/evidence.ts';

/** What an outage may be counted after: a fault that took hold, or a heal that was begun. */
export interface Origin {
  after: 'fault' | 'heal';
  fault: string;
  atNs: number;
}

/** Every such event from the first fault that took hold on, by time. Empty: none did. */
export function originsOf(evidence: Evidence): Origin[] {
  const origins = evidence.faults.flatMap(({ fault, activeNs, healingNs }): Origin[] => [
    ...(activeNs === null ? [] : [{ after: 'fault', fault, atNs: activeNs } as const]),
    ...(healingNs === null ? [] : [{ after: 'heal', fault, atNs: healingNs } as const]),
  ]);
  origins.sort((a, b) => a.atNs - b.atNs);
  const first = origins.findIndex(({ after }) => after === 'fault');
  return first === -1 ? [] : origins.slice(first);
}

/**
 * The event that an outage belongs to: the last before its first refused slot. What was on its way for no longer than
 * usual when the event came was hit by it; what had been on its way for longer was in trouble before.
 */
export function originOf(origins: readonly [Origin, ...Origin[]], firstRefusedDueNs: number, usualLatencyNs: number): Origin {
  return origins.findLast(({ atNs }) => firstRefusedDueNs >= atNs - usualLatencyNs) ?? origins[0];
}
