/** First and last instant of the lanes, ns. */
export interface Extent {
  startNs: number;
  endNs: number;
}

/** Cuts spans to a window and drops what lies outside. */
export function clip<S extends { fromSeconds: number; toSeconds: number }>(spans: readonly S[], start: number, end: number): S[] {
  return spans
    .filter((span) => span.toSeconds > start && span.fromSeconds < end)
    .map((span) => ({ ...span, fromSeconds: Math.max(span.fromSeconds, start), toSeconds: Math.min(span.toSeconds, end) }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The value below which a share of the sorted values lies (nearest rank); null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
