import type { Evidence } from '../history/evidence.ts';
import type { LagEvent } from '../history/operations.ts';
import { clientsEnd } from './window.ts';

/** Whether the measuring programs were fit to measure: their event loops kept up, and their clocks agree. One sentence each. */
export function whyClientsUnfit(evidence: Evidence): string[] {
  const intervals = [...evidence.series.values()]
    .filter(({ declared }) => declared.kind === 'probe' && !declared.route.startsWith('member:'))
    .map(({ declared }) => declared.intervalNs);
  if (intervals.length === 0) return [];
  const intervalMs = Math.min(...intervals) / 1e6;
  return [...whyLagging(evidence, intervalMs / 2), ...whyClocksApart(evidence, intervalMs)];
}

/** Where more than one turn in a hundred of the event loop was late by more than half an interval, slots were sent in the wrong place. */
function whyLagging(evidence: Evidence, limitMs: number): string[] {
  const baselineNs = evidence.phases.find(({ phase }) => phase === 'baseline')?.startNs ?? 0;
  const windows = evidence.lag.filter(({ atNs }) => atNs >= baselineNs && atNs <= clientsEnd(evidence));
  const sources = Map.groupBy(windows, ({ source }) => (source === 'harness' ? 'harness' : 'client'));
  return (['client', 'harness'] as const).flatMap((source) => {
    const own = sources.get(source) ?? [];
    if (own.length === 0) return [`Whether the ${source} kept up was not recorded.`];
    if (shareAbove(own, limitMs) <= 0.01) return [];
    const worstMs = Math.max(...own.map(({ p99Ms }) => p99Ms));
    return [
      `The ${source} did not keep up: the 99th percentile of its event-loop delay is above ${limitMs} ms, half a probe interval (worst second: ${worstMs.toFixed(1)} ms).`,
    ];
  });
}

/** Delays shorter than this are nothing to tell apart, ms; it keeps logarithms finite. */
const leastMs = 0.01;

/**
 * The share of event-loop turns that were late by more than `limitMs`, over windows of equal length, each of which tells
 * three points of its distribution. Between median and 99th percentile a power law is laid: delays have long tails.
 */
function shareAbove(windows: readonly LagEvent[], limitMs: number): number {
  const above = windows.map(({ p50Ms, p99Ms, maxMs }) => {
    const medianMs = Math.max(p50Ms, leastMs);
    if (maxMs <= limitMs) return 0;
    if (p99Ms <= limitMs) return 0.01 * ((maxMs - limitMs) / (maxMs - p99Ms));
    if (medianMs <= limitMs) return 0.5 * 0.02 ** (Math.log(limitMs / medianMs) / Math.log(p99Ms / medianMs));
    return 0.5 + 0.5 * (1 - limitMs / medianMs);
  });
  return above.reduce((sum, share) => sum + share, 0) / windows.length;
}

/** Instants of client and harness are compared with one another: they must agree to less than a probe interval. */
function whyClocksApart({ clocks }: Evidence, intervalMs: number): string[] {
  if (clocks.length === 0) return ['How far the clocks of client and harness are apart was not recorded.'];
  return clocks.flatMap(({ client, sameKernel, offsetNs, boundNs }) => {
    // On one kernel there is one clock; an offset that was measured is the time of the handshake.
    const apartMs = ((sameKernel ? 0 : Math.abs(offsetNs)) + boundNs) / 1e6;
    return apartMs > intervalMs
      ? [`The clock of ${client} may be ${apartMs.toFixed(1)} ms apart, more than a probe interval of ${intervalMs} ms.`]
      : [];
  });
}
