import type { Operation } from './evidence.ts';
import type { AcknowledgedWrite } from './queries.ts';

/** The writes that one node acknowledged on one timeline: as long as nodes take turns, reigns do not overlap. */
export interface Reign {
  node: string;
  timeline: number;
  /** By the time they were sent. */
  writes: AcknowledgedWrite[];
  /** The first acknowledgement came, and the last acknowledged write was sent: between these it surely took writes. */
  firstEndNs: number;
  lastStartNs: number;
}

/** Reigns in the order of their first acknowledgement; writes of unknown node or timeline belong to none. */
export function reignsOf(writes: readonly AcknowledgedWrite[]): Reign[] {
  const groups = Map.groupBy(
    writes.filter(({ node, timeline }) => node !== null && timeline !== null),
    ({ node, timeline }) => `${node} ${timeline}`,
  );
  return [...groups.values()]
    .map((group) => ({
      node: group[0]?.node ?? '',
      timeline: group[0]?.timeline ?? 0,
      writes: group,
      firstEndNs: group.reduce((least, { endNs }) => Math.min(least, endNs), Infinity),
      lastStartNs: group.reduce((most, { startNs }) => Math.max(most, startNs), -Infinity),
    }))
    .toSorted((a, b) => a.firstEndNs - b.firstEndNs);
}

/** Two nodes that took writes at once. */
export interface DoubleReign {
  /** The reign that should have been over: the older timeline, or the later to begin on the same one. */
  stale: Reign;
  other: Reign;
  /** The writes that `stale` took although the other had begun. */
  writes: Operation[];
  fromNs: number;
  /** The last of them was acknowledged. */
  toNs: number;
}

/**
 * Proven by acknowledgements alone: a write that was sent after the newer timeline had acknowledged its first was
 * nevertheless acknowledged on an older timeline by another node; or two nodes acknowledged on one timeline, interleaved.
 */
export function doubleReigns(reigns: readonly Reign[]): DoubleReign[] {
  return reigns.flatMap((stale, index) =>
    reigns.flatMap((other, otherIndex): DoubleReign[] => {
      if (stale.node === other.node) return [];
      if (stale.timeline < other.timeline) return onOlderTimeline(stale, other);
      return stale.timeline === other.timeline && index > otherIndex ? onOneTimeline(stale, other) : [];
    }),
  );
}

function onOlderTimeline(stale: Reign, other: Reign): DoubleReign[] {
  const late = stale.writes.filter(({ startNs }) => startNs > other.firstEndNs);
  if (late.length === 0) return [];
  return [{ stale, other, writes: late.map(({ operation }) => operation), fromNs: other.firstEndNs, toNs: lastEndNs(late) }];
}

/** The later to begin had acknowledged before the other sent its last: their times overlap, and the overlap is the window. */
function onOneTimeline(stale: Reign, other: Reign): DoubleReign[] {
  if (stale.firstEndNs >= other.lastStartNs) return [];
  const fromNs = Math.max(stale.writes[0]?.startNs ?? 0, other.writes[0]?.startNs ?? 0);
  const toNs = Math.min(lastEndNs(stale.writes), lastEndNs(other.writes));
  const within = stale.writes.filter(({ startNs, endNs }) => startNs < toNs && endNs > fromNs);
  return [{ stale, other, writes: within.map(({ operation }) => operation), fromNs, toNs }];
}

function lastEndNs(writes: readonly AcknowledgedWrite[]): number {
  return writes.reduce((most, { endNs }) => Math.max(most, endNs), -Infinity);
}

/** A pause between acknowledgements longer than this ends a stretch of taking writes. */
const breakNs = 2e9;

/** Stretches in which a node acknowledged writes without a break, on whatever route. */
export function takingWrites(writes: readonly AcknowledgedWrite[]): { node: string; fromNs: number; toNs: number }[] {
  const stretches: { node: string; fromNs: number; toNs: number }[] = [];
  for (const [node, own] of Map.groupBy(writes, (write) => write.node)) {
    if (node === null) continue;
    let open: { node: string; fromNs: number; toNs: number } | null = null;
    for (const endNs of own.map((write) => write.endNs).toSorted((a, b) => a - b)) {
      if (open !== null && endNs - open.toNs <= breakNs) open.toNs = endNs;
      else stretches.push((open = { node, fromNs: endNs, toNs: endNs }));
    }
  }
  return stretches;
}
