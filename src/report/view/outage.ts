import type { ReportModel } from '../schema.ts';

/** The outage as one bar: each edge's place and width in percent. */
export interface OutageView {
  segments: { edge: string; x: string; width: string; wide: boolean; explained: boolean; seconds: number }[];
  edges: (ReportModel['outage'][number] & { share: number })[];
  totalSeconds: number;
  unexplainedSeconds: number;
}

/** Share of the bar below which a name inside it would not be readable, percent. */
const nameFits = 14;

export function outageView({ outage }: ReportModel): OutageView | null {
  const totalSeconds = outage.reduce((sum, edge) => sum + edge.seconds, 0);
  if (totalSeconds <= 0) return null;
  let atSeconds = 0;
  const segments = outage.map((edge) => {
    const share = (edge.seconds / totalSeconds) * 100;
    const x = (atSeconds / totalSeconds) * 100;
    atSeconds += edge.seconds;
    return {
      edge: edge.edge,
      x: `${x.toFixed(3)}%`,
      width: `${share.toFixed(3)}%`,
      wide: share >= nameFits,
      explained: edge.source !== null,
      seconds: edge.seconds,
    };
  });
  return {
    segments,
    edges: outage.map((edge) => ({ ...edge, share: (edge.seconds / totalSeconds) * 100 })),
    totalSeconds,
    unexplainedSeconds: outage.filter((edge) => edge.source === null).reduce((sum, edge) => sum + edge.seconds, 0),
  };
}
