import { atSeconds, conclude, defectsOf, defineCheck, hasOp, named, writeSeries } from 'pgdrill';
import type { CheckResult, RunEvidence, FinalState, Offence, Operation } from 'pgdrill';

export default defineCheck({
  name: 'RPO',
  summary: 'Every acknowledged write is there at the end',
  method:
    'Every write that a client was told is committed, on every route and on members asked directly, is looked up by its key among the rows of the final primary ' +
    '(read from the heap). Operations without a known outcome never count as lost. Where the scenario states an RPO objective, a loss within it passes and is named. ' +
    'It cannot see writes of clients other than the drill’s own, nor a row whose content changed.',
  evaluate(evidence): CheckResult {
    const { final, scenario } = evidence;
    const compared = writeSeries(evidence).map(({ declared, operations }) => compare(declared.series, operations, final));
    const lost = compared.flatMap((one) => one.lost);
    const acknowledged = compared.reduce((total, one) => total + one.acknowledged, 0);
    const resurrected = compared.flatMap((one) => one.resurrected);
    const allowance = allowanceOf(scenario.objectives.rpo, lost.length);
    const tolerated = lost.length > 0 && allowance !== null;
    const notDurable = lost.filter(({ value }) => value?.durable === false).length;
    const warned = notDurable === 0 ? '' : `, ${notDurable} of them with the warning that no standby has it`;
    return conclude({
      asked: `${acknowledged} acknowledged writes of ${compared.length} series looked up among the rows of the final primary`,
      clean: tolerated ? `${lost.length} are missing${warned}, ${allowance}` : 'all are there',
      broken: `${lost.length} are missing${warned}`,
      offences: tolerated
        ? []
        : compared
            .flatMap((one) => (one.lost.length === 0 ? [] : offencesOf(one.series, one.lost)))
            .toSorted((a, b) => (a.atNs ?? 0) - (b.atNs ?? 0)),
      missing: [
        ...(acknowledged === 0 ? ['no write was acknowledged'] : []),
        ...(final === null ? ['the final state was not captured'] : []),
        ...(final !== null && final.rows === null
          ? [final.gaps.find((gap) => gap.startsWith('rows')) ?? 'the rows could not be read']
          : []),
        ...(resurrected.length === 0
          ? []
          : [
              `${resurrected.length} refused writes are there all the same, so what clients were told is not to be trusted (${label(resurrected)})`,
            ]),
        ...defectsOf(evidence),
      ],
    });
  },
});

interface Compared {
  series: string;
  acknowledged: number;
  lost: Operation[];
  /** Surely refused, and there. */
  resurrected: Operation[];
}

function compare(series: string, operations: readonly Operation[], final: FinalState | null): Compared {
  const rows = final?.rows == null ? null : (final.rows[series] ?? []);
  // What was acknowledged after the rows were read is not for them to tell.
  const before = operations.filter(({ endNs }) => final === null || (endNs ?? 0) <= final.capturedNs);
  const acknowledged = before.filter(({ outcome }) => outcome === 'ok');
  return {
    series,
    acknowledged: acknowledged.length,
    lost: rows === null ? [] : acknowledged.filter(({ op }) => !hasOp(rows, op)),
    resurrected: rows === null ? [] : before.filter(({ outcome, op }) => outcome === 'fail' && hasOp(rows, op)),
  };
}

/** Why a loss is allowed; null: it is not. Seconds and bytes are judged by their own objectives, which stand beside this check. */
function allowanceOf(rpo: RunEvidence['scenario']['objectives']['rpo'], lost: number): string | null {
  if (rpo.transactions !== undefined) return lost <= rpo.transactions ? `within the objective of ${rpo.transactions}` : null;
  const others = [...(rpo.seconds === undefined ? [] : ['rpo.seconds']), ...(rpo.bytes === undefined ? [] : ['rpo.bytes'])];
  return others.length === 0 ? null : `which the objective ${others.join(' and ')} allows and judges`;
}

/** One offence for each run of consecutive operations. */
function offencesOf(series: string, lost: readonly Operation[]): Offence[] {
  const runs: Operation[][] = [];
  for (const operation of lost) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.op === operation.op - 1) run.push(operation);
    else runs.push([operation]);
  }
  return runs.map((run) => {
    const [first, last] = [run[0]?.endNs ?? 0, run.at(-1)?.endNs ?? 0];
    const times = run.length === 1 ? `at ${atSeconds(first)} is` : `from ${atSeconds(first)} to ${atSeconds(last)} are`;
    const server = run[0]?.value?.server === undefined ? '' : ` by ${run[0].value.server} on timeline ${run[0].value.timeline ?? '?'}`;
    return { what: `${series} ${label(run)} acknowledged${server} ${times} not in the table`, atNs: first, operations: named(run) };
  });
}

/** `#41`, or `#41–#44 (4 rows)`. */
function label(run: readonly Operation[]): string {
  const [first, last] = [run[0], run.at(-1)];
  return run.length === 1 ? `#${first?.op}` : `#${first?.op}–#${last?.op} (${run.length} rows)`;
}
