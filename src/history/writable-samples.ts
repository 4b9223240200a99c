import type { MemberSample } from './observations.ts';

/** A member that observers saw out of recovery on one timeline: from the first such sample to the last. */
export interface WritableSpan {
  member: string;
  timeline: number;
  firstNs: number;
  lastNs: number;
  /** The times of those samples, ascending: in between it may have been silent. */
  samplesNs: number[];
}

export function writableSpans(samples: readonly MemberSample[]): WritableSpan[] {
  const spans = new Map<string, WritableSpan>();
  for (const { member, atNs, sql } of samples) {
    if (sql === null || sql.inRecovery) continue;
    const key = `${member} ${sql.timeline}`;
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { member, timeline: sql.timeline, firstNs: atNs, lastNs: atNs, samplesNs: [atNs] });
    else {
      span.lastNs = atNs;
      span.samplesNs.push(atNs);
    }
  }
  return [...spans.values()];
}

/**
 * Members seen out of recovery at once: the older timeline still after the newer one had begun, or two members on one
 * timeline at overlapping times. A sample is a moment, so two spans that only follow each other prove nothing.
 */
export function doubleSpans(spans: readonly WritableSpan[]): { stale: WritableSpan; other: WritableSpan; fromNs: number; toNs: number }[] {
  return spans.flatMap((stale) =>
    spans.flatMap((other) => {
      if (stale.member === other.member) return [];
      const older = stale.timeline < other.timeline && stale.lastNs > other.firstNs;
      const same = stale.timeline === other.timeline && spans.indexOf(stale) > spans.indexOf(other);
      // A member that froze and woke was not out of recovery while it was silent: only what was sampled counts.
      const fromNs = stale.samplesNs.find((atNs) => atNs >= other.firstNs) ?? stale.lastNs;
      const toNs = same ? Math.min(stale.lastNs, other.lastNs) : stale.lastNs;
      return older || (same && fromNs <= toNs) ? [{ stale, other, fromNs, toNs }] : [];
    }),
  );
}
