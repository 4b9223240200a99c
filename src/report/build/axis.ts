import type { Evidence } from '../../history/evidence.ts';

/** The report's time axis: seconds since time zero, rounded to 0.1 ms. */
export class Axis {
  readonly zeroNs: number;
  /** What time zero is, for the reader. */
  readonly zeroIs: string;

  constructor(zeroNs: number, zeroIs: string) {
    this.zeroNs = zeroNs;
    this.zeroIs = zeroIs;
  }

  at(ns: number): number {
    return round((ns - this.zeroNs) / 1e9);
  }

  atOrNull(ns: number | null | undefined): number | null {
    return ns === null || ns === undefined ? null : this.at(ns);
  }
}

/** Rounded to 0.1 ms; free of negative zero, which JSON would lose and a table would print. */
export function round(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4 + 0;
}

/** A figure that may be endless or missing: null in JSON. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Time zero is when the first fault took hold; without one, when the baseline ended or the run began. */
export function axisOf(evidence: Evidence): Axis {
  const active = evidence.faults.map((fault) => fault.activeNs).filter((ns) => ns !== null);
  if (active.length > 0) return new Axis(Math.min(...active), 'the first fault took hold, as its evidence dates it');
  const injected = evidence.faults.map((fault) => fault.injectedNs).filter((ns) => ns !== null);
  if (injected.length > 0) return new Axis(Math.min(...injected), 'the first fault was asked for (it was never proven)');
  const baseline = evidence.phases.find((phase) => phase.phase === 'baseline');
  if (baseline?.endNs != null) return new Axis(baseline.endNs, 'the baseline ended (no fault was injected)');
  return new Axis(evidence.run.atNs, 'the run began (no fault was injected)');
}

/** First and last instant that the lanes show, ns: from the first operation or the baseline to the last thing observed. */
export function extentNs(evidence: Evidence): { startNs: number; endNs: number } {
  const starts = [...evidence.series.values()].map((series) => series.declared.t0Ns);
  const ends: number[] = [];
  for (const { phase, startNs, endNs } of evidence.phases) {
    if (phase === 'baseline') starts.push(startNs);
    if (phase === 'score' || phase === 'report' || phase === 'release') continue;
    ends.push(endNs ?? startNs);
  }
  for (const { operations } of evidence.series.values()) {
    const last = operations.at(-1);
    if (last !== undefined) ends.push(last.endNs ?? last.startNs);
  }
  for (const sample of [evidence.members.at(-1), evidence.leaders.at(-1), evidence.routes.at(-1)]) if (sample) ends.push(sample.atNs);
  const startNs = starts.length > 0 ? Math.min(...starts) : (evidence.phases[0]?.startNs ?? evidence.run.atNs);
  return { startNs, endNs: Math.max(startNs + 1e9, ...ends) };
}
