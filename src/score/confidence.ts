/**
 * How sure one may be, after `runs` independent drills of which `failures` missed their objective, that at least 95 of 100
 * would meet it: the chance that a worse system would have shown more failures (exact binomial; with none, 1 − 0.95^runs).
 */
export function confidenceOfP95(runs: number, failures = 0): number {
  let term = 0.95 ** runs;
  let asGood = term;
  for (let k = 1; k <= failures; k++) {
    term *= ((runs - k + 1) / k) * (0.05 / 0.95);
    asGood += term;
  }
  return Math.max(0, 1 - asGood);
}

/** Clean runs that it takes to say "p95 ≤ X with 95 % confidence": the least n with 1 − 0.95^n ≥ 0.95. */
export const cleanRunsWanted = Math.ceil(Math.log(0.05) / Math.log(0.95));

/** What clean runs prove, and no more, in one sentence. */
export function confidenceText(runs: number): string {
  const percent = Math.floor(100 * confidenceOfP95(runs));
  if (runs >= cleanRunsWanted) return `${runs} clean runs: at least 95 of 100 runs are as good, with ${percent} % confidence.`;
  const shown = runs === 1 ? 'One clean run shows' : `${runs} clean runs show`;
  return `${shown} that it can go this well; that at least 95 of 100 runs do is known with ${percent} % confidence (95 % takes ${cleanRunsWanted} clean runs).`;
}
