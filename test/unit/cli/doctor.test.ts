import { describe, expect, it } from 'vitest';
import { findingLines } from '../../../src/cli/commands/doctor.ts';
import { roomFinding } from '../../../src/runtime/doctor/finding.ts';
import { nodeFinding } from '../../../src/runtime/doctor/host.ts';

const look = { live: false, colour: false, unicode: true, columns: 80, rows: 24 };
const gib = 1024 ** 3;

describe('what doctor finds', () => {
  it('is bad below what is needed, a note where it is little, else good', () => {
    const judge = (free: number) => roomFinding('disk', free, { leastGib: 2, comfortGib: 6 }, 'make room');
    expect(judge(1.9 * gib)).toEqual({ check: 'disk', status: 'bad', found: '1.9 GiB free; a drill needs 2 GiB', fix: 'make room' });
    expect(judge(5 * gib)).toMatchObject({ status: 'note', fix: 'make room' });
    expect(judge(6 * gib)).toEqual({ check: 'disk', status: 'ok', found: '6.0 GiB free' });
  });

  it('refuses a Node that is too old, and says what brings another', () => {
    expect(nodeFinding('20.19.4')).toMatchObject({ status: 'bad', fix: expect.stringContaining('npm run setup') });
    expect(nodeFinding('24.0.0')).toEqual({ check: 'Node.js', status: 'ok', found: '24.0.0' });
  });

  it('is shown one line each, with what to do below', () => {
    const lines = findingLines(
      [nodeFinding('24.21.0'), roomFinding('disk space here', gib, { leastGib: 2, comfortGib: 6 }, 'make room')],
      look,
    );
    expect(lines).toEqual([
      'ok   Node.js          24.21.0',
      'BAD  disk space here  1.0 GiB free; a drill needs 2 GiB',
      '                      → make room',
    ]);
  });
});
