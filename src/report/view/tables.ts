import type { ReportModel } from '../schema.ts';
import { instant, number, plural, seconds } from './format.ts';

/** A table of what a picture shows. `more`: rows left out here and found in report.json. */
export interface TableView {
  caption: string;
  head: string[];
  rows: string[][];
  more: number;
}

/** Enough for every clean failover; a page, not a book, for the rest. */
const rowsAtMost = 60;

/** The lanes as tables. */
export function timelineTables({ timeline }: ReportModel): TableView[] {
  const times = (span: { fromSeconds: number; toSeconds: number }): string[] => [
    instant(span.fromSeconds),
    instant(span.toSeconds),
    seconds(span.toSeconds - span.fromSeconds),
  ];
  const span = ['from', 'to', 'length'];
  return [
    table(
      'Client slots that were not accepted',
      ['series', ...span, 'ended', 'slots', 'codes'],
      timeline.probes
        .filter((lane) => !lane.route.startsWith('member:'))
        .flatMap((lane) =>
          lane.spans
            .filter((one) => one.state !== 'accepted')
            .map((one) => [
              lane.series,
              ...times(one),
              one.state,
              number(one.accepted + one.refused + one.readOnly + one.unknown),
              Object.entries(one.errors)
                .map(([code, count]) => `${code} × ${number(count)}`)
                .join(', '),
            ]),
        ),
    ),
    table(
      'Members',
      ['member', ...span, 'by SQL', 'timeline', 'its agent says'],
      timeline.members.flatMap(({ member, spans }) =>
        spans.map((one) => [
          member,
          ...times(one),
          one.role === 'down' ? 'no answer' : one.role,
          number(one.timeline),
          one.agentRole ?? 'no answer',
        ]),
      ),
    ),
    table(
      'Leader key',
      ['holder', ...span, 'how'],
      timeline.leader.map((one) => [one.holder ?? 'nobody', ...times(one), one.how]),
    ),
    table(
      'Servers that a router held to be up',
      ['router', 'route', ...span, 'servers', 'why'],
      timeline.routes.flatMap(({ router, route, spans }) =>
        spans.map((one) => [router, route, ...times(one), one.servers.join(', ') || 'none', one.reason ?? '']),
      ),
    ),
    table(
      'Steps seen in logs',
      ['when', 'node', 'program', 'step', 'line'],
      [...timeline.members.map(({ member, marks }) => ({ node: member, marks })), ...timeline.nodes]
        .flatMap(({ node, marks }) => marks.map((mark) => ({ node, ...mark })))
        .toSorted((a, b) => a.atSeconds - b.atSeconds)
        .map((mark) => [instant(mark.atSeconds), mark.node, mark.source, mark.what, mark.text]),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

/** A reader of figures wants their course, not each of them. */
const chartRowsAtMost = 24;

/** Throughput and latency in the stretch that is shown first, thinned out. */
export function chartTables(model: ReportModel): TableView[] {
  const { fromSeconds, toSeconds } = model.timeline.focus;
  const [first] = model.throughput;
  if (first === undefined) return [];
  const bins = first.acknowledgedPerSecond
    .map((_, bin) => ({ bin, at: first.startAtSeconds + bin * first.binSeconds }))
    .filter(({ at }) => at >= fromSeconds && at < toSeconds);
  const every = Math.max(1, Math.ceil(bins.length / chartRowsAtMost));
  const shown = bins.filter((_, index) => index % every === 0);
  const taken = every === 1 ? '' : `, one in ${every}`;
  const caption = (what: string): string => `${what} around the outage, bins of ${seconds(first.binSeconds)}${taken}`;
  return [
    table(
      caption('Acknowledged per second'),
      ['from', ...model.throughput.map(({ series }) => series)],
      shown.map(({ bin, at }) => [instant(at), ...model.throughput.map((one) => number(one.acknowledgedPerSecond[bin] ?? null))]),
    ),
    table(
      caption('Latency p50 / p99, ms,'),
      ['from', ...model.latency.map(({ series }) => series)],
      shown.map(({ bin, at }) => [
        instant(at),
        ...model.latency.map((one) => `${number(one.p50Ms[bin] ?? null)} / ${number(one.p99Ms[bin] ?? null)}`),
      ]),
    ),
  ];
}

/** What each series was and how its slots ended. */
export function seriesTable({ timeline }: ReportModel): TableView {
  return table(
    'Client series',
    ['series', 'route', 'what', 'every', 'slots', 'accepted', 'refused', 'read-only', 'unknown', 'connections lost'],
    timeline.probes.map((lane) => [
      lane.series,
      lane.route,
      `${lane.access}, ${lane.connection === 'new' ? 'a new connection each' : plural(lane.connections, 'kept connection')}`,
      `${number(lane.intervalSeconds * 1000)} ms`,
      number(lane.accepted + lane.refused + lane.readOnly + lane.unknown),
      number(lane.accepted),
      number(lane.refused),
      number(lane.readOnly),
      number(lane.unknown),
      number(lane.connectionsLost),
    ]),
  );
}

function table(caption: string, head: string[], rows: string[][]): TableView {
  return { caption, head, rows: rows.slice(0, rowsAtMost), more: Math.max(0, rows.length - rowsAtMost) };
}
