import type { MemberSample } from '../../history/observations.ts';
import type { ReportModel } from '../schema.ts';
import type { Axis } from './axis.ts';
import { clip, type Extent, median } from './spans.ts';

export type MemberSpan = ReportModel['timeline']['members'][number]['spans'][number];

/** What each member was, from the samples taken of it: a state holds until the next look, unless that look is overdue. */
export function memberSpans(samples: readonly MemberSample[], extent: Extent, axis: Axis): MemberSpan[] {
  const usualNs = median(samples.slice(1).map((sample, index) => sample.atNs - (samples[index]?.atNs ?? 0)));
  // Three looks missed, and never less than two seconds: a busy host is no blind observer.
  const overdueNs = Math.max(3 * usualNs, 2e9);
  const spans: MemberSpan[] = [];
  for (const [index, sample] of samples.entries()) {
    const nextNs = samples[index + 1]?.atNs ?? extent.endNs;
    const blind = nextNs - sample.atNs > overdueNs;
    add(spans, { ...stateOf(sample), fromSeconds: axis.at(sample.atNs), toSeconds: axis.at(blind ? sample.atNs + usualNs : nextNs) });
    if (blind) add(spans, { ...unseen, fromSeconds: axis.at(sample.atNs + usualNs), toSeconds: axis.at(nextNs) });
  }
  return clip(spans, axis.at(extent.startNs), axis.at(extent.endNs));
}

const unseen = { role: 'unknown', timeline: null, agentRole: null, sqlError: null } as const;

function stateOf(sample: MemberSample): Omit<MemberSpan, 'fromSeconds' | 'toSeconds'> {
  const agentRole = sample.agent?.role ?? null;
  if (sample.sql === null) return { role: 'down', timeline: null, agentRole, sqlError: sample.sqlError ?? 'SQL did not answer' };
  return { role: sample.sql.inRecovery ? 'replica' : 'primary', timeline: sample.sql.timeline, agentRole, sqlError: null };
}

/** Appends, or lengthens the last span when nothing but the wording of an SQL error changed. */
function add(spans: MemberSpan[], next: MemberSpan): void {
  const last = spans.at(-1);
  const alike = last !== undefined && last.role === next.role && last.timeline === next.timeline && last.agentRole === next.agentRole;
  if (alike) last.toSeconds = next.toSeconds;
  else if (next.toSeconds > next.fromSeconds) spans.push(next);
}
