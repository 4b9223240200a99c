import { DrillError } from './errors.ts';

/** A position in the write-ahead log as PostgreSQL writes it: two hexadecimal halves of 64 bits, `16/B374D848`. */
const lsnPattern = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

export function isLsn(value: unknown): value is string {
  return typeof value === 'string' && lsnPattern.test(value);
}

/** The byte position of an LSN. @throws DrillError `history-invalid` when the text is not one. */
export function parseLsn(text: string): bigint {
  const match = lsnPattern.exec(text);
  if (match === null) throw new DrillError(`not a WAL position: "${text}"`, { code: 'history-invalid' });
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function formatLsn(position: bigint): string {
  const high = position >> 32n;
  const low = position & 0xffff_ffffn;
  return `${high.toString(16)}/${low.toString(16)}`.toUpperCase();
}

/** Bytes of WAL from `from` to `to`; negative when `to` lies before `from`. Exact up to 2^53. */
export function lsnDiffBytes(from: string, to: string): number {
  return Number(parseLsn(to) - parseLsn(from));
}
