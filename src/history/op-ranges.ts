import type { OpRanges } from './final-state.ts';

/** Whether an op number lies in one of the ranges, which are ascending and disjoint. */
export function hasOp(ranges: OpRanges, op: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle] as [number, number];
    if (op < first) high = middle - 1;
    else if (op > last) low = middle + 1;
    else return true;
  }
  return false;
}
