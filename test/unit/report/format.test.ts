import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, instant, interval, milliseconds, number, quantity, ranges, seconds } from '../../../src/report/view/format.ts';
import { pan, ticks } from '../../../src/report/view/window.ts';

describe('figures for people', () => {
  it.each([
    [seconds(19.849), '19.85 s'],
    [seconds(0), '0.00 s'],
    [seconds(99.999), '1 min 40 s'],
    [seconds(125), '2 min 05 s'],
    [seconds(null), '–'],
    [instant(-0.02), '−0.02 s'],
    [instant(0), '+0.00 s'],
    [milliseconds(3.44), '3.4 ms'],
    [milliseconds(1500), '1.50 s'],
    [bytes(432), '432 B'],
    [bytes(5432), '5.3 KiB'],
    [bytes(3 * 1024 ** 3), '3.0 GiB'],
    [number(1234.5), '1\u202f234.5'],
    [quantity(17, 'transactions'), '17 transactions'],
    [quantity(30, 's'), '30.00 s'],
    [quantity('expected', ''), 'expected'],
    [quantity(null, 's'), '–'],
    [interval({ lower: 19.8, upper: 19.85, censored: false }), '19.80 – 19.85 s'],
    [interval({ lower: 58.2, upper: null, censored: true }), '≥ 58.20 s'],
    [ranges([3, 4, 5, 9, 11, 12]), '3–5, 9, 11–12'],
    [ranges([]), ''],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});

it('ticks are round, ascending and inside the window', () => {
  fc.assert(
    fc.property(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.1, max: 900, noNaN: true }), (from, length) => {
      const axis = { start: from, end: from + length, from, to: from + length };
      const at = ticks(axis).map(({ label }) => Number(label.replace('−', '-')));
      expect(at.length).toBeGreaterThan(1);
      expect(at.length).toBeLessThan(12);
      expect(at).toEqual(at.toSorted((a, b) => a - b));
      expect(new Set(at).size).toBe(at.length);
      expect(at[0]).toBeGreaterThanOrEqual(from - 1e-3);
      expect(at.at(-1)).toBeLessThanOrEqual(from + length + 1e-3);
    }),
  );
});

it('a track is moved under its window', () => {
  expect(pan({ start: -10, end: 30, from: 0, to: 20 })).toEqual({ x: '-50%', width: '200%' });
});
