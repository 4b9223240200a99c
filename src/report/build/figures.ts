import type { OutageEdge, Recovery, RpoResult, RtoResult } from '../../score/types.ts';
import type { ReportModel } from '../schema.ts';
import { type Axis, finite, round } from './axis.ts';

export type RtoModel = ReportModel['rtoBySeries'][number];

/** An RTO with its instants on the report's axis. An interval without an upper end is censored. */
export function rtoModel(result: RtoResult, axis: Axis): RtoModel {
  const upper = finite(result.upper);
  return {
    route: result.route,
    series: result.series,
    seconds: roundOrNull(result.seconds),
    lower: round(result.lower),
    upper: roundOrNull(upper),
    widthSeconds: upper === null ? null : round(upper - result.lower),
    censored: result.censored,
    refusedSeconds: round(result.refusedSeconds),
    flaps: result.flaps,
    slots: result.slots,
    startAtSeconds: axis.at(result.startNs),
    firstRefusedAtSeconds: axis.atOrNull(result.firstRefusedNs),
    lastRefusedAtSeconds: axis.atOrNull(result.lastRefusedNs),
    recoveredAtSeconds: axis.atOrNull(result.recoveredNs),
    outages: result.outages.map((outage) => ({
      after: outage.after,
      fault: outage.fault,
      seconds: outage.recoveredNs === null ? null : round((outage.recoveredNs - outage.originNs) / 1e9),
      originAtSeconds: axis.at(outage.originNs),
      firstRefusedAtSeconds: axis.at(outage.firstRefusedNs),
      lastRefusedAtSeconds: axis.at(outage.lastRefusedNs),
      recoveredAtSeconds: axis.atOrNull(outage.recoveredNs),
    })),
  };
}

export function rpoModel(result: RpoResult): ReportModel['rpo'] {
  return { ...result, seconds: roundOrNull(result.seconds), bytes: finite(result.bytes) };
}

export function recoveryModel(recovery: Recovery): ReportModel['recovery'] {
  return {
    lastClientSeconds: roundOrNull(recovery.lastClientSeconds),
    throughputBackSeconds: roundOrNull(recovery.throughputBackSeconds),
    baselineThroughputPerSecond: roundOrNull(recovery.baselineThroughputPerSecond),
    redundancyWholeSeconds: roundOrNull(recovery.redundancyWholeSeconds),
  };
}

export function outageModel(edges: readonly OutageEdge[], axis: Axis): ReportModel['outage'] {
  return edges.map((edge) => ({
    edge: edge.edge,
    fromSeconds: axis.at(edge.fromNs),
    toSeconds: axis.at(edge.toNs),
    seconds: round(edge.seconds),
    source: edge.source,
    detail: edge.detail,
  }));
}

function roundOrNull(value: number | null): number | null {
  const known = finite(value);
  return known === null ? null : round(known);
}
