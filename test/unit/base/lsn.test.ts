import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLsn, isLsn, lsnDiffBytes, parseLsn } from '../../../src/base/lsn.ts';
import { DrillError } from '../../../src/base/errors.ts';

const position = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

test('what PostgreSQL writes is read as 64 bits in two halves', () => {
  expect(parseLsn('16/B374D848')).toBe(0x16_b374_d848n);
  expect(parseLsn('0/0')).toBe(0n);
  expect(formatLsn(0x16_b374_d848n)).toBe('16/B374D848');
  expect(formatLsn(0x1_0000_0001n)).toBe('1/1');
});

test('every position is the same after it was written and read', () => {
  fc.assert(fc.property(position, (at) => isLsn(formatLsn(at)) && parseLsn(formatLsn(at)) === at));
});

test('a difference crosses the border between the halves, and turns its sign with its direction', () => {
  expect(lsnDiffBytes('0/FFFFFFFF', '1/0')).toBe(1);
  const near = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.integer({ min: 0, max: 2 ** 40 }));
  fc.assert(
    fc.property(near, ([from, bytes]) => {
      const to = from + BigInt(bytes);
      expect(lsnDiffBytes(formatLsn(from), formatLsn(to))).toBe(bytes);
      expect(lsnDiffBytes(formatLsn(to), formatLsn(from)) + bytes).toBe(0);
    }),
  );
});

test.each(['', '0', '0/', '/0', '0/100000000', 'x/0', '0/0 ', '-1/0'])('"%s" is no position', (text) => {
  expect(isLsn(text)).toBe(false);
  expect(() => parseLsn(text)).toThrow(DrillError);
});
