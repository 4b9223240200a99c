import type { ReportModel } from '../../schema.ts';
import type { Lane, LaneSpan } from '../lane.ts';
import { logMarks } from './path.ts';
import { probeLane } from './probes.ts';

type Member = ReportModel['timeline']['members'][number];
const looks = { primary: 'primary', replica: 'replica', down: 'down', unknown: 'unseen' };

/** Each member's role and timeline, and under it what it answered when asked directly to write. */
export function memberLanes(model: ReportModel): Lane[] {
  return model.timeline.members.flatMap((member) => {
    const direct = model.timeline.probes.find((lane) => lane.route === `member:${member.member}`);
    return [roleLane(member), ...(direct === undefined ? [] : [{ ...probeLane(direct, '', 10), note: 'direct writes', thin: true }])];
  });
}

function roleLane({ member, spans, marks }: Member): Lane {
  return {
    name: member,
    note: 'role, timeline',
    height: 20,
    aria: `${member}: ${spans.map(label).join(', then ')}`,
    spans: spans.map((span): LaneSpan => ({
      from: span.fromSeconds,
      to: span.toSeconds,
      look: looks[span.role],
      label: label(span),
      text: `${member}: ${tell(span)}`,
    })),
    marks: logMarks(marks),
  };
}

function label(span: Member['spans'][number]): string {
  if (span.role === 'down') return 'no answer';
  if (span.role === 'unknown') return 'not seen';
  return `${span.role} · TL ${span.timeline ?? '?'}`;
}

function tell(span: Member['spans'][number]): string {
  const agent = span.agentRole === null ? 'its agent does not answer' : `its agent says ${span.agentRole}`;
  if (span.role === 'down') return `SQL does not answer (${span.sqlError ?? 'no reason given'}); ${agent}`;
  if (span.role === 'unknown') return 'nobody looked';
  return `${span.role} by SQL, timeline ${span.timeline ?? 'unknown'}; ${agent}`;
}
