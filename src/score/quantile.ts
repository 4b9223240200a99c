/** The p-quantile (0 < p ≤ 1) of values in ascending order, by nearest rank: always one that was measured. Null: there are none. */
export function quantile(ascending: ArrayLike<number>, p: number): number | null {
  if (ascending.length === 0) return null;
  const rank = Math.min(ascending.length, Math.max(1, Math.ceil(p * ascending.length)));
  return ascending[rank - 1] ?? null;
}
