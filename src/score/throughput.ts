import type { Series } from '../history/evidence.ts';
import type { Window } from './window.ts';

/** Throughput is counted over a window of this length, moved in steps of a tenth of it; it is back when it stays for three more. */
const windowNs = 1e9;
const stepNs = windowNs / 10;
const staysNs = 3 * windowNs;

/** Acknowledged operations per second of a series in the baseline, by when they were due. Null: there was none to count in. */
export function baselinePerSecond(series: Series, baseline: Window | null): number | null {
  if (baseline === null || baseline.toNs <= baseline.fromNs) return null;
  const acknowledged = acknowledgedDueNs(series).filter((ns) => ns >= baseline.fromNs && ns < baseline.toNs).length;
  return acknowledged / ((baseline.toNs - baseline.fromNs) / 1e9);
}

/**
 * When acknowledged throughput was back: the beginning of the first second from `fromNs` on in which it was within
 * `share` of the baseline's, and stayed so for three seconds more. Null: never while it was watched.
 */
export function throughputBackNs(
  series: Series,
  options: { perSecond: number; share: number; fromNs: number; toNs: number },
): number | null {
  const { perSecond, share, fromNs, toNs } = options;
  // One acknowledgement more or less in a window is a matter of where it begins.
  const wanted = Math.min(perSecond * (1 - share), perSecond - 1);
  const times = acknowledgedDueNs(series);
  let goodSinceNs: number | null = null;
  let first = 0;
  let next = 0;
  for (let step = 0; fromNs + step * stepNs + windowNs <= toNs; step++) {
    const beginNs = fromNs + step * stepNs;
    while (first < times.length && (times[first] ?? 0) < beginNs) first++;
    while (next < times.length && (times[next] ?? 0) < beginNs + windowNs) next++;
    if (next - first < wanted) goodSinceNs = null;
    else goodSinceNs ??= beginNs;
    if (goodSinceNs !== null && beginNs - goodSinceNs >= staysNs) return goodSinceNs;
  }
  return null;
}

/** Counted by due time: an open-loop client asks evenly, so a pause in the answers that is made up for is no loss of throughput. */
function acknowledgedDueNs({ operations }: Series): number[] {
  return operations.flatMap(({ outcome, dueNs }) => (outcome === 'ok' ? [dueNs] : []));
}

/** What became of the operations that ended in one second of the run (operations without an end: that were due in it). */
export interface SecondCount {
  second: number;
  ok: number;
  fail: number;
  info: number;
}

/** Outcomes of a series by second of the run's axis, without gaps from the first to the last. */
export function perSecond({ operations }: Series): SecondCount[] {
  const counts: SecondCount[] = [];
  let from = Infinity;
  for (const { dueNs } of operations) from = Math.min(from, Math.floor(dueNs / 1e9));
  for (const { dueNs, endNs, outcome } of operations) {
    const index = Math.floor((endNs ?? dueNs) / 1e9) - from;
    while (counts.length <= index) counts.push({ second: from + counts.length, ok: 0, fail: 0, info: 0 });
    const count = counts[index];
    if (count !== undefined) count[outcome]++;
  }
  return counts;
}
