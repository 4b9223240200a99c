import { DrillError } from '../base/errors.ts';
import { lsnDiffBytes } from '../base/lsn.ts';
import type { MemberFinal } from '../history/final-state.ts';
import { historyFileName, parseTimelineHistory } from './timeline-history.ts';
import type { WalLayout } from './waldump.ts';

/** What a data directory says of its WAL while its server is down. */
export interface WalDirectory {
  layout: WalLayout;
  /** `in production`, `shut down`, … : the state in the control file. */
  clusterState: string;
  /** The newest timeline that it has WAL of. */
  timeline: number;
  /** How that timeline came to be, oldest first. */
  history: MemberFinal['timelineHistory'];
}

/** Shell script that describes a data directory; its output is for parseWalDirectory. */
export function describeScript(dataDir: string, binDir: string): string {
  return `export LC_ALL=C
'${binDir}/pg_controldata' -D '${dataDir}' || exit 1
cd '${dataDir}/pg_wal' || exit 1
ls | grep -E '^[0-9A-F]{24}$' | sed 's/^/segment: /'
for file in *.history; do [ -f "$file" ] && sed "s/^/$file: /" "$file"; done
true`;
}

/** @throws DrillError when the output lacks what every data directory has. */
export function parseWalDirectory(output: string): WalDirectory {
  const lines = output.split('\n');
  const control = (label: string): string => {
    const line = lines.find((one) => one.startsWith(`${label}:`));
    if (line === undefined) throw new DrillError(`pg_controldata did not say "${label}"`, { code: 'fault-failed' });
    return line.slice(label.length + 1).trim();
  };
  const segmentTimelines = lines
    .map((line) => /^segment: ([0-9A-F]{8})/.exec(line))
    .map((match) => (match === null ? 0 : parseInt(match[1] ?? '0', 16)));
  const timeline = Math.max(Number(control("Latest checkpoint's TimeLineID")), ...segmentTimelines);
  const prefix = `${historyFileName(timeline)}: `;
  const history = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  return {
    layout: { blockBytes: BigInt(control('WAL block size')), segmentBytes: BigInt(control('Bytes per WAL segment')) },
    clusterState: control('Database cluster state'),
    timeline,
    history: parseTimelineHistory(history.join('\n')),
  };
}

/** A stretch of WAL on one timeline; without an end it reaches to the end of valid WAL. */
export interface WalLeg {
  timeline: number;
  start: string;
  end: string | null;
}

/**
 * The stretches that lead from a position on a timeline to the end of WAL: one for each timeline on the way.
 * @throws DrillError when the position's timeline is no ancestor of the directory's.
 */
export function legsFrom(directory: Pick<WalDirectory, 'timeline' | 'history'>, sinceTimeline: number, sinceLsn: string): WalLeg[] {
  const chain = [
    ...directory.history.map(({ timeline, switchLsn }) => ({ timeline, end: switchLsn })),
    { timeline: directory.timeline, end: null },
  ];
  const first = chain.findIndex(({ timeline }) => timeline === sinceTimeline);
  if (first === -1) {
    throw new DrillError(`timeline ${sinceTimeline} is no ancestor of timeline ${directory.timeline} that the data directory is on`, {
      code: 'fault-failed',
    });
  }
  const legs: WalLeg[] = [];
  let start = sinceLsn;
  for (const { timeline, end } of chain.slice(first)) {
    // A timeline that ended before the position has nothing past it.
    if (end !== null && lsnDiffBytes(start, end) <= 0) continue;
    legs.push({ timeline, start, end });
    start = end ?? start;
  }
  return legs;
}
