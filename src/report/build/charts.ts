import type { Operation, Series } from '../../history/evidence.ts';
import type { ReportModel } from '../schema.ts';
import { type Axis, round } from './axis.ts';
import { type Extent, quantile } from './spans.ts';

type Throughput = ReportModel['throughput'][number];
type Latency = ReportModel['latency'][number];

/** Widths a bin may have, seconds: round numbers, so that the axis reads well. */
const widthsSeconds = [0.5, 1, 2, 5, 10, 30, 60];
const binsAtMost = 400;

interface Bins {
  startNs: number;
  widthNs: number;
  count: number;
}

/** Bins from time zero outwards, so that the fault lies on an edge and no bin mixes before and after. */
export function binsFor(extent: Extent, zeroNs: number): Bins {
  const lengthSeconds = (extent.endNs - extent.startNs) / 1e9;
  const width = widthsSeconds.find((seconds) => lengthSeconds / seconds <= binsAtMost) ?? lengthSeconds / binsAtMost;
  const widthNs = width * 1e9;
  const startNs = zeroNs - Math.ceil((zeroNs - extent.startNs) / widthNs) * widthNs;
  return { startNs, widthNs, count: Math.max(1, Math.ceil((extent.endNs - startNs) / widthNs)) };
}

/** Acknowledged and refused operations per second: the first by when they were answered, the second by when they were due. */
export function throughputOf(series: Series, bins: Bins, axis: Axis): Throughput {
  const acknowledged = fill(bins);
  const refused = fill(bins);
  for (const operation of series.operations) {
    if (operation.outcome === 'ok') acknowledged[binOf(operation.endNs ?? operation.dueNs, bins)]?.push(operation);
    else if (operation.outcome === 'fail') refused[binOf(operation.dueNs, bins)]?.push(operation);
  }
  const first = binOf(series.declared.t0Ns, bins);
  const last = binOf(series.operations.at(-1)?.dueNs ?? series.declared.t0Ns, bins);
  // The first and last bin are cut by the series' own start and end: half a bin is not half the throughput.
  const rate = (slots: Operation[], bin: number): number | null =>
    bin <= first || bin >= last ? null : round((slots.length * 1e9) / bins.widthNs);
  return { ...head(series, bins, axis), acknowledgedPerSecond: acknowledged.map(rate), refusedPerSecond: refused.map(rate) };
}

/** Latency of accepted operations, from the due time, by when they were due. */
export function latencyOf(series: Series, bins: Bins, axis: Axis): Latency {
  const cells = fill(bins);
  for (const operation of series.operations) {
    if (operation.outcome === 'ok' && operation.endNs !== null) cells[binOf(operation.dueNs, bins)]?.push(operation);
  }
  const sorted = cells.map((slots) => slots.map((slot) => ((slot.endNs ?? slot.dueNs) - slot.dueNs) / 1e6).toSorted((a, b) => a - b));
  const at = (share: number): (number | null)[] => sorted.map((values) => milliseconds(quantile(values, share)));
  return { ...head(series, bins, axis), p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function head(series: Series, bins: Bins, axis: Axis): { series: string; startAtSeconds: number; binSeconds: number } {
  return { series: series.declared.series, startAtSeconds: axis.at(bins.startNs), binSeconds: round(bins.widthNs / 1e9) };
}

function fill(bins: Bins): Operation[][] {
  return Array.from({ length: bins.count }, () => []);
}

function binOf(ns: number, bins: Bins): number {
  return Math.floor((ns - bins.startNs) / bins.widthNs);
}

function milliseconds(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
