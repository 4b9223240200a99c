/** The whole axis and the stretch of it that is shown first, seconds. */
export interface Axis {
  start: number;
  end: number;
  from: number;
  to: number;
}

/** Width of a track that the server assumes when it decides which labels fit: an A4 page. The browser decides again. */
const assumedTrackPx = 560;
const characterPx = 6.6;

/** Where an instant lies on the whole axis, percent. Tracks are as wide as the whole axis and are moved under their window. */
export function percent(axis: Axis, at: number): string {
  return `${trim(((at - axis.start) / (axis.end - axis.start)) * 100)}%`;
}

export function percentOf(axis: Axis, length: number): string {
  return `${trim((length / (axis.end - axis.start)) * 100)}%`;
}

/** Offset and width of the track under its window, percent of the window. */
export function pan(axis: Axis): { x: string; width: string } {
  const shown = axis.to - axis.from;
  return { x: `${trim((-(axis.from - axis.start) / shown) * 100)}%`, width: `${trim(((axis.end - axis.start) / shown) * 100)}%` };
}

/** Whether a label has room in the part of its span that is in view. */
export function fits(axis: Axis, from: number, to: number, label: string): boolean {
  const visible = Math.min(to, axis.to) - Math.max(from, axis.from);
  return (visible / (axis.to - axis.from)) * assumedTrackPx >= label.length * characterPx + 8;
}

/** Where a label starts inside its span so that it stays in view, percent of the span. */
export function stickyOffset(axis: Axis, from: number, to: number): string {
  return `${trim((Math.max(0, axis.from - from) / (to - from)) * 100)}%`;
}

export interface Tick {
  x: string;
  label: string;
}

/** Ticks at round seconds, about one every 80 px. The same rule is in reports/assets/view.js. */
export function ticks(axis: Axis): Tick[] {
  const step = tickStep((axis.to - axis.from) / (assumedTrackPx / 80));
  const decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  // A label needs room on both sides of its tick.
  const margin = (18 / assumedTrackPx) * (axis.to - axis.from);
  const first = Math.ceil((axis.from + margin) / step);
  const count = Math.floor((axis.to - margin) / step) - first + 1;
  return Array.from({ length: count }, (_, index) => {
    const at = (first + index) * step;
    return { x: percent(axis, at), label: `${at < -1e-9 ? '−' : at > 1e-9 ? '+' : ''}${Math.abs(at).toFixed(decimals)}` };
  });
}

function tickStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return ([1, 2, 5, 10].find((factor) => factor * power >= atLeast) ?? 10) * power;
}

function trim(value: number): number {
  return Number(value.toFixed(4));
}
