import type { ReportModel } from '../schema.ts';
import { milliseconds, number } from './format.ts';
import type { Item } from './lane.ts';
import { type Axis, percent, percentOf } from './window.ts';

/** One chart of the shared axis, drawn in a box of `bins` × 100 units that is stretched to its place. */
export interface ChartView {
  name: string;
  note: string;
  aria: string;
  x: string;
  width: string;
  bins: number;
  /** Area under the main figure, and lines over it. */
  area: string;
  lines: { path: string; look: string }[];
  /** Labelled heights, percent from the top. */
  scale: { y: number; label: string }[];
  items: Item[];
}

type Throughput = ReportModel['throughput'][number];
type Latency = ReportModel['latency'][number];
type Height = (value: number) => number;

export function throughputChart(data: Throughput, axis: Axis): ChartView {
  const top = niceTop(Math.max(1, ...known(data.acknowledgedPerSecond), ...known(data.refusedPerSecond)));
  const height: Height = (value) => 100 - (value / top) * 86;
  return {
    ...place(data, data.acknowledgedPerSecond.length, axis),
    name: data.series,
    note: 'acknowledged / s',
    aria: `Throughput of ${data.series}: at most ${number(Math.max(0, ...known(data.acknowledgedPerSecond)))} acknowledged per second`,
    area: steps(data.acknowledgedPerSecond, height, true),
    lines: [
      { path: steps(data.acknowledgedPerSecond, height, false), look: 'line-accepted' },
      {
        path: steps(
          data.refusedPerSecond.map((value) => (value === 0 ? null : value)),
          height,
          false,
        ),
        look: 'line-refused',
      },
    ],
    scale: [top, top / 2].map((value) => ({ y: height(value), label: number(value) })),
    items: items(
      data,
      data.acknowledgedPerSecond,
      (value, bin) => `${data.series}: ${number(value)} acknowledged, ${number(data.refusedPerSecond[bin] ?? 0)} refused per second`,
    ),
  };
}

/** Latency on a logarithmic scale from 1 ms: a failover and a fast write both have to be seen. */
export function latencyChart(data: Latency, axis: Axis): ChartView {
  const decades = Math.max(2, Math.ceil(Math.log10(Math.max(10, ...known(data.maxMs)))));
  const height: Height = (value) => 100 - (Math.max(0, Math.log10(Math.max(value, 0.5)) + 0.3) / (decades + 0.3)) * 86;
  const marks = Array.from({ length: decades + 1 }, (_, power) => 10 ** power);
  return {
    ...place(data, data.p50Ms.length, axis),
    name: data.series,
    note: 'log scale',
    aria: `Latency of ${data.series}: at most ${milliseconds(Math.max(0, ...known(data.maxMs)))}`,
    area: '',
    lines: [
      { path: steps(data.p99Ms, height, false), look: 'line-p99' },
      { path: steps(data.p50Ms, height, false), look: 'line-p50' },
    ],
    scale: marks.map((value) => ({ y: height(value), label: value < 1000 ? `${value} ms` : `${value / 1000} s` })),
    items: items(
      data,
      data.p50Ms,
      (value, bin) =>
        `${data.series}: p50 ${milliseconds(value)}, p99 ${milliseconds(data.p99Ms[bin] ?? null)}, slowest ${milliseconds(data.maxMs[bin] ?? null)}`,
    ),
  };
}

function place(data: { startAtSeconds: number; binSeconds: number }, bins: number, axis: Axis): Pick<ChartView, 'x' | 'width' | 'bins'> {
  return { x: percent(axis, data.startAtSeconds), width: percentOf(axis, bins * data.binSeconds), bins };
}

/** A path of steps, one a bin, that lifts the pen where a bin holds nothing. */
function steps(values: readonly (number | null)[], height: Height, closed: boolean): string {
  let path = '';
  let drawing = false;
  for (const [bin, value] of values.entries()) {
    if (value === null) {
      if (drawing && closed) path += 'V100Z';
      drawing = false;
      continue;
    }
    const y = Number(height(value).toFixed(1));
    if (drawing) path += `V${y}H${bin + 1}`;
    else path += closed ? `M${bin} 100V${y}H${bin + 1}` : `M${bin} ${y}H${bin + 1}`;
    drawing = true;
  }
  return drawing && closed ? `${path}V100Z` : path;
}

function items(
  data: { startAtSeconds: number; binSeconds: number },
  values: readonly (number | null)[],
  tell: (value: number, bin: number) => string,
): Item[] {
  return values.flatMap((value, bin): Item[] => {
    const from = data.startAtSeconds + bin * data.binSeconds;
    return value === null ? [] : [[Number(from.toFixed(4)), Number((from + data.binSeconds).toFixed(4)), tell(value, bin)]];
  });
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
