import type { ReportModel } from '../schema.ts';
import { type ChartView, latencyChart, throughputChart } from './charts.ts';
import { type FigureView, keyFigures } from './figures.ts';
import { ranges } from './format.ts';
import type { Item } from './lane.ts';
import { type LaneGroup, laneGroups } from './lanes.ts';
import { legendOf } from './legend.ts';
import { type OutageView, outageView } from './outage.ts';
import { chartTables, seriesTable, type TableView, timelineTables } from './tables.ts';
import { type Axis, pan, percent, percentOf, type Tick, ticks } from './window.ts';

/** All that the page's templates need beside the model itself. */
export interface PageView {
  model: ReportModel;
  figures: FigureView[];
  axis: {
    pan: { x: string; width: string };
    ticks: Tick[];
    outage: Band | null;
    zero: string;
    focus: { x: string; width: string };
  };
  groups: LaneGroup[];
  legend: ReturnType<typeof legendOf>;
  charts: { title: string; charts: ChartView[] }[];
  outage: OutageView | null;
  tables: { timeline: TableView[]; charts: TableView[]; series: TableView };
  lost: { series: string; count: number; numbers: string }[];
  resurrected: { series: string; count: number; numbers: string }[];
  /** For the browser: the axis, and what hover shows, lane by lane and chart by chart. */
  data: { start: number; end: number; from: number; to: number; tracks: Item[][] };
}

/** A stretch of the axis. `open`: it had not ended. */
interface Band {
  x: string;
  width: string;
  open: boolean;
}

export function pageView(model: ReportModel): PageView {
  const { startAtSeconds: start, endAtSeconds: end, focus } = model.timeline;
  const axis: Axis = { start, end, from: focus.fromSeconds, to: focus.toSeconds };
  const groups = laneGroups(model, axis);
  const latency = model.latency.filter((one) => one.series.startsWith('rw') || one.series.startsWith('ro'));
  const charts = [
    {
      title: 'Throughput',
      charts: model.throughput.filter((one) => isWorkload(model, one.series)).map((one) => throughputChart(one, axis)),
    },
    { title: 'Latency', charts: latency.map((one) => latencyChart(one, axis)) },
  ];
  return {
    model,
    figures: keyFigures(model),
    axis: {
      pan: pan(axis),
      ticks: ticks(axis),
      outage: outageBand(model, axis),
      zero: percent(axis, 0),
      focus: { x: percent(axis, axis.from), width: percentOf(axis, axis.to - axis.from) },
    },
    groups,
    legend: legendOf(groups),
    charts,
    outage: outageView(model),
    tables: { timeline: timelineTables(model), charts: chartTables(model), series: seriesTable(model) },
    lost: named(model.rpo.lost),
    resurrected: named(model.rpo.resurrected),
    data: {
      ...axis,
      tracks: [
        ...groups.flatMap(({ lanes }) => lanes.map((lane) => lane.items)),
        ...charts.flatMap((group) => group.charts.map((chart) => chart.items)),
      ],
    },
  };
}

/** Throughput of probes is their schedule; that of the ledger and the bank is what an application gets done. */
function isWorkload(model: ReportModel, series: string): boolean {
  return model.timeline.probes.some((lane) => lane.series === series && lane.kind !== 'probe');
}

/** The outage of writes, shaded through all lanes. */
function outageBand(model: ReportModel, axis: Axis): Band | null {
  const rw = model.rto['rw'];
  if (rw === undefined || (rw.seconds === null && !rw.censored)) return null;
  const from = Math.max(axis.start, rw.startAtSeconds);
  const to = (rw.censored ? rw.lastRefusedAtSeconds : rw.recoveredAtSeconds) ?? from;
  return to > from ? { x: percent(axis, from), width: percentOf(axis, to - from), open: rw.censored } : null;
}

function named(bySeries: Record<string, number[]>): PageView['lost'] {
  return Object.entries(bySeries)
    .filter(([, numbers]) => numbers.length > 0)
    .map(([series, numbers]) => ({ series, count: numbers.length, numbers: ranges(numbers) }));
}
