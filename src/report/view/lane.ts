import { type Axis, fits, percent, percentOf, stickyOffset } from './window.ts';

/** One span on a lane. `look` is its class: it picks colour and pattern. `label` is drawn inside when it fits. */
export interface LaneSpan {
  from: number;
  to: number;
  look: string;
  label: string;
  /** For hover and tap. */
  text: string;
}

export interface LaneMark {
  at: number;
  look: string;
  text: string;
}

export interface Lane {
  name: string;
  note: string;
  height: number;
  /** A companion of the lane above it: its name is set small. */
  thin?: boolean;
  /** What the lane shows, in a sentence, for those who do not see it. */
  aria: string;
  spans: readonly LaneSpan[];
  marks: readonly LaneMark[];
}

/** Hover data: from, to, text. An instant has from = to. */
export type Item = [from: number, to: number, text: string];

/** A lane ready for its template; positions in percent of the whole axis. */
export interface LaneView extends Pick<Lane, 'name' | 'note' | 'height' | 'aria'> {
  thin: boolean;
  shapes: { x: string; width: string; look: string }[];
  labels: { x: string; width: string; inset: string; look: string; text: string; hidden: boolean; from: number; to: number }[];
  marks: { x: string; look: string }[];
  items: Item[];
}

export function laneView(lane: Lane, axis: Axis): LaneView {
  return {
    name: lane.name,
    note: lane.note,
    height: lane.height,
    thin: lane.thin ?? false,
    aria: lane.aria,
    shapes: lane.spans.map(({ from, to, look }) => ({ x: percent(axis, from), width: percentOf(axis, to - from), look })),
    labels: lane.spans
      .filter((span) => span.label !== '')
      .map(({ from, to, look, label }) => ({
        x: percent(axis, from),
        width: percentOf(axis, to - from),
        inset: stickyOffset(axis, from, to),
        look,
        text: label,
        hidden: !fits(axis, from, to, label),
        from,
        to,
      })),
    marks: lane.marks.map(({ at, look }) => ({ x: percent(axis, at), look })),
    items: [...lane.spans.map(({ from, to, text }): Item => [from, to, text]), ...lane.marks.map(({ at, text }): Item => [at, at, text])],
  };
}
