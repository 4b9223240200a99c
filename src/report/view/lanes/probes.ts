import type { ReportModel } from '../../schema.ts';
import { number, plural } from '../format.ts';
import type { Lane, LaneSpan } from '../lane.ts';

type ProbeLane = ReportModel['timeline']['probes'][number];
type ProbeSpan = ProbeLane['spans'][number];

/** Series that take the application's path; members asked directly are drawn under their member. */
export function clientLanes(model: ReportModel): Lane[] {
  return model.timeline.probes.filter((lane) => !lane.route.startsWith('member:')).map((lane) => probeLane(lane, lane.series, 16));
}

export function probeLane(lane: ProbeLane, name: string, height: number): Lane {
  const ends = [
    [lane.refused, 'refused'],
    [lane.readOnly, 'read-only'],
    [lane.unknown, 'unknown'],
  ] as const;
  const others = ends.filter(([count]) => count > 0).map(([count, word]) => `, ${number(count)} ${word}`);
  const summary = `${plural(lane.accepted, 'slot')} accepted${others.join('')}`;
  return {
    name,
    note: describe(lane),
    height,
    aria: `Series ${lane.series}: ${summary}`,
    spans: lane.spans.map((span): LaneSpan => ({
      from: span.fromSeconds,
      to: span.toSeconds,
      look: span.state,
      label: '',
      text: tell(lane, span),
    })),
    marks: [],
  };
}

function describe(lane: ProbeLane): string {
  return `${lane.access}s, ${lane.connection === 'new' ? 'new' : 'kept'}`;
}

/** `refused: 396 slots (no-connection × 380, 57P03 × 16)`. */
function tell(lane: ProbeLane, span: ProbeSpan): string {
  const total = span.accepted + span.refused + span.readOnly + span.unknown;
  const codes = Object.entries(span.errors).toSorted(([, a], [, b]) => b - a);
  const why =
    codes.length === 0
      ? ''
      : ` (${codes
          .slice(0, 5)
          .map(([code, times]) => `${code} × ${number(times)}`)
          .join(', ')})`;
  const what =
    span.state === 'mixed' ? `${number(span.accepted)} of ${plural(total, 'slot')} accepted` : `${span.state}: ${plural(total, 'slot')}`;
  return `${lane.series} ${what}${why}`;
}
