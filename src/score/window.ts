import type { Evidence } from '../history/evidence.ts';
import type { Phase } from '../history/journal.ts';

/** A stretch of the run's axis, ns: from, up to but not including to. */
export interface Window {
  fromNs: number;
  toNs: number;
}

export const seconds = (ns: number): number => ns / 1e9;

/** When a phase first began; null: it never did. */
export function phaseStart(evidence: Evidence, phase: Phase): number | null {
  return evidence.phases.find((one) => one.phase === phase)?.startNs ?? null;
}

/** Steady state before any fault; null when the baseline was not measured to its end. */
export function baselineWindow(evidence: Evidence): Window | null {
  const baseline = evidence.phases.find(({ phase }) => phase === 'baseline');
  if (baseline === undefined || baseline.endNs === null || baseline.failed !== null) return null;
  return { fromNs: baseline.startNs, toNs: baseline.endNs };
}

/** When the first fault was in effect, as its evidence dates it; null: none ever was. */
export function faultStart(evidence: Evidence): number | null {
  const active = evidence.faults.map(({ activeNs }) => activeNs).filter((ns) => ns !== null);
  return active.length === 0 ? null : Math.min(...active);
}

/**
 * The observation ends where the drill itself begins to mend what it broke: what comes back after that did not come back
 * by itself. Faults that the timeline ends are part of the scenario; where nothing was left to mend, the clients are
 * watched until they are stopped.
 */
export function observationEnd(evidence: Evidence): number {
  const healPhaseNs = phaseStart(evidence, 'heal') ?? Infinity;
  const mended = evidence.faults.map(({ healingNs }) => healingNs ?? Infinity).filter((ns) => ns >= healPhaseNs);
  return Math.min(...mended, clientsEnd(evidence));
}

/** Slots due from here on say nothing of the service: the clients are being stopped. */
export function clientsEnd(evidence: Evidence): number {
  return phaseStart(evidence, 'examine') ?? Infinity;
}
