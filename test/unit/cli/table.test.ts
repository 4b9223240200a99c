import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, table, widthOf, wrap } from '../../../src/cli/table.ts';

const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 30 }).map((list) => list.join(' '));

describe('tables', () => {
  it('align columns and wrap the last one under itself', () => {
    const rows = [
      ['ok', 'Node.js', '24.1.0'],
      ['BAD', 'disk', 'there is next to nothing left on it'],
    ];
    expect(table(rows, 36, 0)).toEqual(['ok   Node.js  24.1.0', 'BAD  disk     there is next to', '              nothing left on it']);
  });

  it('count colours as nothing', () => {
    expect(widthOf('\x1b[31mred\x1b[39m')).toBe(3);
    expect(
      table(
        [
          ['\x1b[31mBAD\x1b[39m', 'x'],
          ['ok', 'y'],
        ],
        80,
        0,
      )[1],
    ).toBe('ok   y');
  });

  it('never lose a word, and never exceed the width where words fit', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.join(' ')).toBe(text);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('clip to the width, with an ellipsis for what is cut', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcd', 3)).toBe('ab…');
    expect(clip('abcd', 0)).toBe('');
  });
});
