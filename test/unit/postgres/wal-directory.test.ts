import { describe, expect, test } from 'vitest';
import { legsFrom, parseWalDirectory } from '../../../src/postgres/wal-directory.ts';
import { historyFileName, parseTimelineHistory } from '../../../src/postgres/timeline-history.ts';

const control = `pg_control version number:            1700
Database cluster state:               in production
Latest checkpoint's TimeLineID:       2
WAL block size:                       8192
Bytes per WAL segment:                16777216
`;
const history = `00000003.history: 1\t0/3000060\tno recovery target specified
00000003.history: 
00000003.history: 2\t0/50000A0\tno recovery target specified
00000002.history: 1\t0/3000060\tno recovery target specified
`;

describe('a data directory', () => {
  test('is on the newest timeline that it has WAL of, even before a checkpoint says so', () => {
    const segments = 'segment: 000000010000000000000003\nsegment: 000000030000000000000005\n';
    expect(parseWalDirectory(control + segments + history)).toEqual({
      layout: { blockBytes: 8192n, segmentBytes: 16777216n },
      clusterState: 'in production',
      timeline: 3,
      history: [
        { timeline: 1, switchLsn: '0/3000060', reason: 'no recovery target specified' },
        { timeline: 2, switchLsn: '0/50000A0', reason: 'no recovery target specified' },
      ],
    });
  });

  test('that says nothing of its WAL is refused', () => {
    expect(() => parseWalDirectory('pg_controldata: error: could not open file')).toThrow('pg_controldata did not say');
  });
});

describe('legsFrom', () => {
  const directory = parseWalDirectory(`${control}segment: 000000030000000000000005\n${history}`);

  test.each([
    [1, '0/2000000', [[1, '0/2000000', '0/3000060'], [2, '0/3000060', '0/50000A0'], [3, '0/50000A0', null]]],
    [2, '0/4000000', [[2, '0/4000000', '0/50000A0'], [3, '0/50000A0', null]]],
    [3, '0/6000000', [[3, '0/6000000', null]]],
    // The fork lies before the position: what the old timeline held past it is not here.
    [1, '0/3500000', [[2, '0/3500000', '0/50000A0'], [3, '0/50000A0', null]]],
  ] as const)('leads from timeline %i at %s to the end', (timeline, lsn, legs) => {
    expect(legsFrom(directory, timeline, lsn).map((leg) => [leg.timeline, leg.start, leg.end])).toEqual(legs);
  }); // prettier-ignore

  test('refuses a timeline that is no ancestor', () => {
    expect(() => legsFrom(directory, 4, '0/2000000')).toThrow('timeline 4 is no ancestor of timeline 3');
  });
});

describe('a timeline history file', () => {
  test('is read oldest first; comments and blank lines are skipped', () => {
    expect(parseTimelineHistory('# a comment\n1\t0/3000060\tno recovery target specified\n\n 2\tA/50000A0\t\n')).toEqual([
      { timeline: 1, switchLsn: '0/3000060', reason: 'no recovery target specified' },
      { timeline: 2, switchLsn: 'A/50000A0', reason: '' },
    ]);
    expect(parseTimelineHistory('')).toEqual([]);
  });

  test('is named by the timeline in hexadecimal', () => {
    expect(historyFileName(26)).toBe('0000001A.history');
  });
});
