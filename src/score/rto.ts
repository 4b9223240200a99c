import type { Evidence, Series } from '../history/evidence.ts';
import { findRefusals, returnOf, type Refusals, type Return } from './outages.ts';
import { originOf, originsOf, type Origin } from './origins.ts';
import { slotsOf, usualLatency, type Slot, type UsualLatency } from './slots.ts';
import type { Outage, RtoResult } from './types.ts';
import { baselineWindow, clientsEnd, observationEnd, seconds } from './window.ts';

/** RTO by route (the worst of its probe series), and of every series that goes through a route. */
export interface RtoScores {
  rto: Record<string, RtoResult>;
  all: RtoResult[];
}

/**
 * Measures every series on a route; members asked directly are none. Empty where no fault was ever in effect: there is
 * nothing to measure from. Definitions and reasons: docs/measuring.md.
 */
export function scoreRto(evidence: Evidence): RtoScores {
  const origins = originsOf(evidence);
  if (!hasFirst(origins)) return { rto: {}, all: [] };
  const rto: Record<string, RtoResult> = {};
  const all: RtoResult[] = [];
  for (const series of evidence.series.values()) {
    const { route, kind } = series.declared;
    if (route.startsWith('member:')) continue;
    const result = seriesRto(evidence, series, origins);
    all.push(result);
    const worst = rto[route];
    if (kind === 'probe' && (worst === undefined || isWorse(result, worst))) rto[route] = result;
  }
  return { rto, all };
}

function hasFirst(origins: Origin[]): origins is [Origin, ...Origin[]] {
  return origins.length > 0;
}

/** An outage with what its figures are made of. */
interface Measured extends Outage {
  /** Until when it was watched, ns, where it did not end. */
  horizonNs: number;
  provenNs: number | null;
}

/** Outages between which service was not back for good; `lateByNs`: how much earlier than `baseNs` it may have begun. */
interface Stretch {
  baseNs: number;
  lateByNs: number;
  last: Measured;
  firstRefusedNs: number;
}

function seriesRto(evidence: Evidence, series: Series, origins: readonly [Origin, ...Origin[]]): RtoResult {
  const startNs = origins[0].atNs;
  const { declared } = series;
  const { consecutive } = evidence.scenario.measure;
  const rows = evidence.final?.rows == null ? null : (evidence.final.rows[declared.series] ?? []);
  const all = slotsOf(series, rows);
  const usual = usualLatency(all, baselineWindow(evidence));
  const endNs = Math.min(clientsEnd(evidence), (all.at(-1)?.dueNs ?? 0) + declared.intervalNs);
  // Slots due since the fault, and those on their way when it struck.
  const slots = all.filter(
    (slot) => slot.dueNs < endNs && (slot.dueNs >= startNs || (slot.endNs ?? slot.dueNs + declared.deadlineNs) > startNs),
  );
  const outages = findRefusals(slots, consecutive).map((refusals) =>
    measured(slots, refusals, { origins, usual, observationEndNs: Math.min(observationEnd(evidence), endNs), endNs }),
  );
  const refused = slots.filter((slot) => !slot.accepted).length;
  const shared = {
    route: declared.route,
    series: declared.series,
    refusedSeconds: seconds(outages.reduce((sum, one) => sum + refusedNs(one), 0)),
    flaps: outages.length,
    outages: outages.map(({ horizonNs: _horizon, provenNs: _proven, ...outage }) => outage),
    slots: { total: slots.length, refused, accepted: slots.length - refused },
  };
  const steadyNs = Math.max(evidence.scenario.phases.steady * 1e6, consecutive * declared.intervalNs);
  const stretches = stretchesOf(outages, steadyNs, declared.intervalNs).sort(byWorst);
  const [worst] = stretches;
  return {
    ...shared,
    ...(worst === undefined ? noOutage(slots, declared, startNs) : figuresOf(worst, Math.max(...stretches.map(lasted)))),
  };
}

interface Bounds {
  origins: readonly [Origin, ...Origin[]];
  usual: UsualLatency;
  observationEndNs: number;
  endNs: number;
}

function measured(slots: readonly Slot[], refusals: Refusals, bounds: Bounds): Measured {
  const dueOf = (index: number): number => slots[index]?.dueNs ?? 0;
  const origin = originOf(bounds.origins, dueOf(refusals.first), bounds.usual.p99Ns);
  // What began before the drill itself mended anything must have ended before, too.
  const horizonNs = origin.atNs >= bounds.observationEndNs ? bounds.endNs : bounds.observationEndNs;
  const back: Return | null = refusals.run === null ? null : returnOf(slots, refusals.run, bounds.usual);
  const recovered = back !== null && back.atNs < horizonNs;
  let last = refusals.last;
  while (!recovered && last > refusals.first && (dueOf(last) >= horizonNs || slots[last]?.accepted === true)) last--;
  const clamp = (ns: number): number => Math.max(ns, origin.atNs);
  return {
    after: origin.after,
    fault: origin.fault,
    originNs: origin.atNs,
    firstRefusedNs: clamp(dueOf(refusals.first)),
    lastRefusedNs: clamp(dueOf(last)),
    recoveredNs: recovered ? clamp(back.atNs) : null,
    provenNs: recovered ? clamp(back.provenNs) : null,
    horizonNs,
  };
}

function refusedNs({ firstRefusedNs, recoveredNs, horizonNs }: Measured): number {
  return Math.max(0, (recoveredNs ?? horizonNs) - firstRefusedNs);
}

/**
 * Service is back for good when it was served for the steady time: an outage that begins sooner after the one before (or
 * after the fault) continues it. What begins later is measured by itself, from its first refused slot.
 */
function stretchesOf(outages: readonly Measured[], steadyNs: number, intervalNs: number): Stretch[] {
  const stretches: Stretch[] = [];
  let servedNs: number | null = null;
  for (const outage of outages) {
    const { originNs, firstRefusedNs } = outage;
    const ofFault = outage.after === 'fault' && firstRefusedNs - originNs < steadyNs;
    const current = stretches.at(-1);
    const another = ofFault && originNs > (current?.last.originNs ?? -Infinity);
    if (current !== undefined && servedNs !== null && firstRefusedNs - servedNs < steadyNs && !another) current.last = outage;
    else stretches.push({ baseNs: ofFault ? originNs : firstRefusedNs, lateByNs: ofFault ? 0 : intervalNs, last: outage, firstRefusedNs });
    servedNs = outage.recoveredNs;
  }
  return stretches;
}

const lasted = ({ baseNs, last }: Stretch): number => (last.recoveredNs ?? last.lastRefusedNs) - baseNs;

function byWorst(a: Stretch, b: Stretch): number {
  return Number(b.last.recoveredNs === null) - Number(a.last.recoveredNs === null) || lasted(b) - lasted(a);
}

type Figures = Omit<RtoResult, 'route' | 'series' | 'refusedSeconds' | 'flaps' | 'outages' | 'slots'>;

/** `longestNs`: of all stretches. One that did not end is the worst, however short it was by then: no outage before it is forgotten for that. */
function figuresOf({ baseNs, lateByNs, last, firstRefusedNs }: Stretch, longestNs: number): Figures {
  const { recoveredNs, lastRefusedNs, provenNs, horizonNs } = last;
  const censored = recoveredNs === null;
  const lower = seconds(censored ? longestNs : lastRefusedNs - baseNs);
  return {
    seconds: censored ? lower : seconds(recoveredNs - baseNs),
    lower,
    // Censored: nothing bounds it from above; the end of the observation is where looking stopped.
    upper: Math.max(lower, seconds((provenNs ?? horizonNs) - baseNs + lateByNs)),
    censored,
    startNs: baseNs,
    firstRefusedNs,
    lastRefusedNs,
    recoveredNs,
  };
}

/** No slot was refused: an outage shorter than the longest hold, plus the pause between two slots, cannot be ruled out. */
function noOutage(slots: readonly Slot[], { intervalNs, deadlineNs }: Series['declared'], startNs: number): Figures {
  const longestNs = slots.reduce((longest, { dueNs, endNs }) => Math.max(longest, (endNs ?? dueNs + deadlineNs) - dueNs), 0);
  const upperNs = intervalNs + (slots.length === 0 ? deadlineNs : longestNs);
  const instants = { startNs, firstRefusedNs: null, lastRefusedNs: null, recoveredNs: null };
  return { seconds: null, lower: 0, upper: seconds(upperNs), censored: false, ...instants };
}

/** A censored outage is worse than any that ended; no outage is the least. */
function isWorse(a: RtoResult, b: RtoResult): boolean {
  if (a.censored !== b.censored) return a.censored;
  return (a.seconds ?? -1) > (b.seconds ?? -1);
}
