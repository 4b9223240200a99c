import type { ReportModel } from '../../schema.ts';
import type { Lane, LaneMark, LaneSpan } from '../lane.ts';

type Mark = ReportModel['timeline']['offences'][number];

/** What each router held to be up, per route. */
export function routeLanes(model: ReportModel): Lane[] {
  return model.timeline.routes.map(({ router, route, spans }) => ({
    name: router,
    note: `route ${route}`,
    height: 18,
    aria: `${router}, route ${route}: ${spans.map((span) => span.servers.join(' ') || 'no server').join(', then ')}`,
    spans: spans.map((span): LaneSpan => {
      const servers = span.servers.join(', ');
      const why = span.reason === null ? '' : ` (${span.reason})`;
      const label = servers === '' ? 'no server up' : servers;
      return {
        from: span.fromSeconds,
        to: span.toSeconds,
        look: servers === '' ? 'down' : 'up',
        label,
        text: `${router} ${route}: ${label}${why}`,
      };
    }),
    marks: [],
  }));
}

/** Log steps of nodes that are no members: pooler, router, DCS. */
export function nodeLanes(model: ReportModel): Lane[] {
  return model.timeline.nodes.map(({ node, marks }) => ({
    name: node,
    note: 'log',
    height: 16,
    aria: `Log of ${node}`,
    spans: [],
    marks: logMarks(marks),
  }));
}

export function leaderLane(model: ReportModel): Lane[] {
  const { leader } = model.timeline;
  if (leader.length === 0) return [];
  const words = { initial: 'held at first', acquired: 'acquired', expired: 'expired', released: 'released', 'lost-sight': 'out of sight' };
  const spans = leader.map((span): LaneSpan => {
    const look = span.how === 'lost-sight' ? 'unseen' : span.holder === null ? 'down' : 'leader';
    const label = span.holder ?? (span.how === 'lost-sight' ? 'out of sight' : 'nobody');
    return { from: span.fromSeconds, to: span.toSeconds, look, label, text: `leader key: ${label} (${words[span.how]})` };
  });
  return [
    {
      name: 'leader key',
      note: 'holder',
      height: 18,
      aria: `Leader key: ${spans.map((span) => span.label).join(', then ')}`,
      spans,
      marks: [],
    },
  ];
}

export function logMarks(marks: readonly Mark[]): LaneMark[] {
  return marks.map((mark) => ({ at: mark.atSeconds, look: 'step', text: `${mark.source} log, ${mark.what}: ${mark.text}` }));
}
