/** A WAL position as PostgreSQL writes it (`1A/3000060`), as a number of bytes since the beginning of WAL. Null: not one. */
export function parseLsn(text: string): bigint | null {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (match === null) return null;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** `0/3000060`: the inverse of parseLsn. */
export function formatLsn(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** Bytes of WAL from `from` to `to`, negative when `to` lies before; null when either is not a position. */
export function lsnDistanceBytes(from: string, to: string): number | null {
  const [start, end] = [parseLsn(from), parseLsn(to)];
  return start === null || end === null ? null : Number(end - start);
}
