import type { Evidence, Series } from '../history/evidence.ts';
import { quantile } from './quantile.ts';
import type { RtoResult } from './types.ts';
import { baselineWindow, clientsEnd, faultStart, type Window } from './window.ts';

/** Latency of acknowledged operations, from their due time, ms. Null where there were none. */
export interface LatencySummary {
  acknowledged: number;
  refused: number;
  p50Ms: number | null;
  p90Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** Before, during and after the outage. `during` null: there was none; `after` then counts from the fault. */
export interface LatencyPhases {
  baseline: LatencySummary;
  during: LatencySummary | null;
  after: LatencySummary;
}

/** Latency of a series by the phases of its own outage, as `rto` measured it. */
export function latencyPhases(evidence: Evidence, series: Series, rto: RtoResult | undefined): LatencyPhases {
  const startNs = rto?.startNs ?? faultStart(evidence) ?? Infinity;
  const endNs = clientsEnd(evidence);
  const backNs = rto === undefined || rto.seconds === null ? startNs : (rto.recoveredNs ?? endNs);
  return {
    baseline: summarize(series, baselineWindow(evidence) ?? { fromNs: 0, toNs: 0 }),
    during: backNs > startNs ? summarize(series, { fromNs: startNs, toNs: backNs }) : null,
    after: summarize(series, { fromNs: backNs, toNs: endNs }),
  };
}

function summarize({ operations }: Series, { fromNs, toNs }: Window): LatencySummary {
  const slots = operations.filter(({ dueNs }) => dueNs >= fromNs && dueNs < toNs);
  const latencies = slots.flatMap(({ outcome, dueNs, endNs }) => (outcome === 'ok' && endNs !== null ? [(endNs - dueNs) / 1e6] : []));
  latencies.sort((a, b) => a - b);
  return {
    acknowledged: latencies.length,
    refused: slots.length - latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p90Ms: quantile(latencies, 0.9),
    p99Ms: quantile(latencies, 0.99),
    maxMs: latencies.at(-1) ?? null,
  };
}
