import type { LeaderEvent, RouteEvent } from '../../history/observations.ts';
import type { ReportModel } from '../schema.ts';
import type { Axis } from './axis.ts';
import { clip, type Extent } from './spans.ts';

type LeaderSpan = ReportModel['timeline']['leader'][number];
type RouteLane = ReportModel['timeline']['routes'][number];
type RouteSpan = RouteLane['spans'][number];

/** Who held the leader key: each event holds until the next. */
export function leaderSpans(events: readonly LeaderEvent[], extent: Extent, axis: Axis): LeaderSpan[] {
  const spans = events.map((event, index) => ({
    fromSeconds: axis.at(event.atNs),
    toSeconds: axis.at(events[index + 1]?.atNs ?? extent.endNs),
    holder: event.holder,
    how: event.how,
  }));
  return clip(spans, axis.at(extent.startNs), axis.at(extent.endNs));
}

/** Per router and route: the servers it held to be up. */
export function routeLanes(events: readonly RouteEvent[], extent: Extent, axis: Axis): RouteLane[] {
  const lanes = Map.groupBy(events, (event) => `${event.router} ${event.route}`);
  return [...lanes.values()].map((lane) => ({
    router: lane[0]?.router ?? '',
    route: lane[0]?.route ?? '',
    spans: clip(routeSpans(lane, extent, axis), axis.at(extent.startNs), axis.at(extent.endNs)),
  }));
}

function routeSpans(events: readonly RouteEvent[], extent: Extent, axis: Axis): RouteSpan[] {
  const up = new Set<string>();
  const spans: RouteSpan[] = [];
  for (const [index, event] of events.entries()) {
    if (event.up) up.add(event.server);
    else up.delete(event.server);
    const fromSeconds = axis.at(event.atNs);
    const toSeconds = axis.at(events[index + 1]?.atNs ?? extent.endNs);
    spans.push({ fromSeconds, toSeconds, servers: [...up].toSorted(), reason: event.reason ?? null });
  }
  return spans.filter((span) => span.toSeconds > span.fromSeconds);
}
