import type { Evidence } from '../../history/evidence.ts';
import type { ReportModel } from '../schema.ts';
import { type Axis, round } from './axis.ts';
import { leaderSpans, routeLanes } from './dcs.ts';
import { memberSpans } from './members.ts';
import { probeLane } from './probes.ts';
import type { Extent } from './spans.ts';

type Timeline = ReportModel['timeline'];
type Mark = Timeline['offences'][number];
type Drawn = Pick<ReportModel, 'rtoBySeries' | 'faults' | 'checks'>;

export function timelineModel(evidence: Evidence, extent: Extent, axis: Axis, drawn: Drawn): Timeline {
  const samples = Map.groupBy(evidence.members, (sample) => sample.member);
  const logs = Map.groupBy(evidence.log, (line) => line.node);
  const within = (line: Evidence['log'][number]): boolean => line.atNs >= extent.startNs && line.atNs <= extent.endNs;
  const marks = (node: string): Mark[] => (logs.get(node) ?? []).filter(within).map((line) => logMark(line, axis));
  const startAtSeconds = axis.at(extent.startNs);
  const endAtSeconds = axis.at(extent.endNs);
  return {
    startAtSeconds,
    endAtSeconds,
    focus: focusOf(startAtSeconds, endAtSeconds, drawn),
    members: [...samples]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([member, looks]) => ({ member, spans: memberSpans(looks, extent, axis), marks: marks(member) })),
    leader: leaderSpans(evidence.leaders, extent, axis),
    routes: routeLanes(evidence.routes, extent, axis),
    nodes: [...logs.keys()]
      .filter((node) => !samples.has(node))
      .map((node) => ({ node, marks: marks(node) }))
      .filter((node) => node.marks.length > 0),
    probes: [...evidence.series.values()].map((series) => probeLane(series, evidence.connections, axis)),
    offences: drawn.checks.flatMap((check) => check.offences.flatMap((offence) => offenceMark(check.name, offence))),
  };
}

function logMark(line: Evidence['log'][number], axis: Axis): Mark {
  const what = line.timeline === undefined ? line.what : `${line.what} (timeline ${line.timeline})`;
  return { atSeconds: axis.at(line.atNs), what, source: line.program, text: line.text };
}

function offenceMark(check: string, offence: ReportModel['checks'][number]['offences'][number]): Mark[] {
  return offence.atSeconds === null ? [] : [{ atSeconds: offence.atSeconds, what: check, source: 'check', text: offence.what }];
}

/** The stretch to show first: from just before the first fault to just after the last route was back. */
function focusOf(start: number, end: number, { rtoBySeries, faults }: Drawn): Timeline['focus'] {
  const outages = rtoBySeries.filter((rto) => rto.seconds !== null || rto.censored);
  const begins = faults.map((fault) => fault.injectedAtSeconds).filter((at) => at !== null);
  if (outages.length === 0 && begins.length === 0) return { fromSeconds: start, toSeconds: end };
  const from = Math.min(...begins, ...outages.map((rto) => rto.startAtSeconds));
  const to = Math.max(from, ...outages.map((rto) => (rto.censored ? end : (rto.recoveredAtSeconds ?? rto.startAtSeconds))));
  const margin = Math.max(1.5, (to - from) * 0.15);
  return { fromSeconds: round(Math.max(start, from - margin)), toSeconds: round(Math.min(end, Math.max(to, from + 2) + 1.5 * margin)) };
}
