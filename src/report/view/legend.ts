import type { LaneGroup } from './lanes.ts';

/** Looks that need a word, in the order of the legend. */
const words = [
  { look: 'accepted', word: 'accepted' },
  { look: 'refused', word: 'refused' },
  { look: 'read-only', word: 'read-only (a standby answered)' },
  { look: 'unknown', word: 'outcome unknown' },
  { look: 'mixed', word: 'some of each' },
  { look: 'primary', word: 'primary' },
  { look: 'replica', word: 'replica' },
  { look: 'down', word: 'no answer, or none' },
  { look: 'unseen', word: 'not seen' },
  { look: 'fault', word: 'fault in effect' },
  { look: 'fault-pending', word: 'injecting or healing' },
];

/** The legend of what is drawn, and of nothing else. */
export function legendOf(groups: readonly LaneGroup[]): { looks: { look: string; word: string }[]; steps: boolean; offences: boolean } {
  const lanes = groups.flatMap((group) => group.lanes);
  const looks = new Set(lanes.flatMap((lane) => lane.shapes.map(({ look }) => look)));
  const marks = new Set(lanes.flatMap((lane) => lane.marks.map(({ look }) => look)));
  return { looks: words.filter(({ look }) => looks.has(look)), steps: marks.has('step'), offences: marks.has('offence') };
}
