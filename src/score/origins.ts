import type { Evidence } from '../history/evidence.ts';

/** What an outage may be counted after: a fault that took hold, or a heal that was begun. */
export interface Origin {
  after: 'fault' | 'heal';
  fault: string;
  atNs: number;
}

/** Every such event from the first fault on, by time. Empty: no fault was ever in effect. */
export function originsOf(evidence: Evidence): Origin[] {
  const origins = evidence.faults.flatMap(({ fault, activeNs, healingNs }): Origin[] => {
    if (activeNs === null) return [];
    const active: Origin = { after: 'fault', fault, atNs: activeNs };
    return healingNs === null ? [active] : [active, { after: 'heal', fault, atNs: healingNs }];
  });
  return origins.sort((a, b) => a.atNs - b.atNs);
}

/**
 * The event that an outage belongs to: the last before its first refused slot. What was on its way for no longer than
 * usual when the event came was hit by it; what had been on its way for longer was in trouble before.
 */
export function originOf(origins: readonly [Origin, ...Origin[]], firstRefusedDueNs: number, usualLatencyNs: number): Origin {
  return origins.findLast(({ atNs }) => firstRefusedDueNs >= atNs - usualLatencyNs) ?? origins[0];
}
