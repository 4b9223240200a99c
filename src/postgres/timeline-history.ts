import type { MemberFinal } from '../history/final-state.ts';

/**
 * Parses a timeline history file (`00000003.history`): one line per ended timeline, oldest first: its number, the
 * position at which the next one branched off, and why. Comments and blank lines are skipped.
 */
export function parseTimelineHistory(text: string): MemberFinal['timelineHistory'] {
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)(?:\s+(.*))?$/i.exec(line))
    .filter((match) => match !== null)
    .map(([, timeline, switchLsn, reason]) => ({ timeline: Number(timeline), switchLsn: switchLsn ?? '', reason: reason?.trim() ?? '' }));
}

/** `00000003.history` */
export function historyFileName(timeline: number): string {
  return `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
}
