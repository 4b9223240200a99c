import type { Evidence, Series } from './evidence.ts';

/** A stretch in which a member was up, as observers saw by SQL, and its own series got no answer from it. */
export interface Unasked {
  member: string;
  fromNs: number;
  toNs: number;
}

/** A series asks every 100 ms by default and reconnects at the same pace: 5 s without an answer from a server that is up is a hole. */
export function gapLimitNs(series: Series): number {
  return Math.max(5e9, 20 * series.declared.intervalNs);
}

const answered = /^[0-9A-Z]{5}$/;

/** Stretches longer than the limit in which a member was up and not asked whether it takes writes. */
export function unaskedStretches(evidence: Evidence, member: string, series: Series, endNs: number): Unasked[] {
  const answers = series.operations
    .filter(({ outcome, error, endNs: end }) => end !== null && (outcome === 'ok' || answered.test(error?.code ?? '')))
    .map(({ endNs: end }) => end ?? 0)
    .toSorted((a, b) => a - b);
  const samples = evidence.members.filter((sample) => sample.member === member);
  const limitNs = gapLimitNs(series);
  const edges = [series.declared.t0Ns, ...answers, endNs];
  return edges.slice(1).flatMap((toNs, index) => {
    const fromNs = edges[index] ?? 0;
    if (toNs - fromNs <= limitNs) return [];
    return upRuns(samples, fromNs, toNs)
      .filter((run) => run.toNs - run.fromNs > limitNs)
      .map((run) => ({ member, ...run }));
  });
}

/** Runs of consecutive samples in which SQL answered, inside a stretch. */
function upRuns(samples: Evidence['members'], fromNs: number, toNs: number): { fromNs: number; toNs: number }[] {
  const runs: { fromNs: number; toNs: number }[] = [];
  let open = false;
  for (const { atNs, sql } of samples) {
    if (atNs < fromNs || atNs > toNs) continue;
    const last = runs.at(-1);
    if (sql === null) open = false;
    else if (open && last !== undefined) last.toNs = atNs;
    else {
      runs.push({ fromNs: atNs, toNs: atNs });
      open = true;
    }
  }
  return runs;
}
