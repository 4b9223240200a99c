import type { Evidence, Operation, Series } from '../history/evidence.ts';
import type { FinalState } from '../history/final-state.ts';
import { hasOp } from '../history/op-ranges.ts';
import { lostBytes } from './lost-bytes.ts';
import type { RpoResult } from './types.ts';
import { seconds } from './window.ts';

/**
 * What was acknowledged and is missing, over every series that writes; members asked directly among them, for what a
 * deposed primary acknowledged is lost as well. Operations without a known outcome are never counted as lost.
 */
export function scoreRpo(evidence: Evidence): RpoResult {
  const { final } = evidence;
  const written = [...evidence.series.values()].filter(({ declared }) => declared.access === 'write');
  const compared = written.map((series) => compare(series, final));
  const lost = compared.flatMap((one) => one.lost);
  const known = final?.rows != null;
  return {
    transactions: known ? lost.length : null,
    seconds: known ? lostSeconds(compared) : null,
    ...lostBytes(evidence, known ? lost : null),
    indeterminate: sum(compared, (one) => one.indeterminate),
    indeterminatePresent: sum(compared, (one) => one.indeterminatePresent),
    notDurable: sum(compared, (one) => one.notDurable),
    acknowledged: sum(compared, (one) => one.acknowledged),
    lost: numbersBySeries(compared, (one) => one.lost),
    resurrected: numbersBySeries(compared, (one) => one.resurrected),
  };
}

interface Compared {
  series: Series;
  acknowledged: number;
  notDurable: number;
  lost: Operation[];
  resurrected: Operation[];
  indeterminate: number;
  indeterminatePresent: number;
}

/** A series against the rows it left. A series without an entry left none. */
function compare(series: Series, final: FinalState | null): Compared {
  const found: Compared = { series, acknowledged: 0, notDurable: 0, lost: [], resurrected: [], indeterminate: 0, indeterminatePresent: 0 };
  const rows = final?.rows == null ? null : (final.rows[series.declared.series] ?? []);
  for (const operation of series.operations) {
    // Acknowledged after the rows were read: the capture does not speak of it.
    if (final !== null && operation.outcome === 'ok' && (operation.endNs ?? Infinity) > final.capturedNs) continue;
    const present = rows !== null && hasOp(rows, operation.op);
    if (operation.outcome === 'ok') {
      found.acknowledged++;
      if (operation.value?.durable === false) found.notDurable++;
      if (rows !== null && !present) found.lost.push(operation);
    } else if (operation.outcome === 'info') {
      found.indeterminate++;
      if (present) found.indeterminatePresent++;
    } else if (present) found.resurrected.push(operation);
  }
  return found;
}

/** From the first to the last lost acknowledgement, and one mean interval of the series that lost: n losses span n intervals. */
function lostSeconds(compared: readonly Compared[]): number {
  const losing = compared.filter(({ lost }) => lost.length > 0);
  if (losing.length === 0) return 0;
  let firstNs = Infinity;
  let lastNs = -Infinity;
  for (const { lost } of losing) {
    for (const { endNs } of lost) {
      firstNs = Math.min(firstNs, endNs ?? Infinity);
      lastNs = Math.max(lastNs, endNs ?? -Infinity);
    }
  }
  const perNs = sum(losing, ({ series }) => 1 / series.declared.intervalNs);
  return seconds(lastNs - firstNs + 1 / perNs);
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

function numbersBySeries(compared: readonly Compared[], of: (one: Compared) => Operation[]): Record<string, number[]> {
  const named = compared.filter((one) => of(one).length > 0);
  return Object.fromEntries(named.map((one) => [one.series.declared.series, of(one).map(({ op }) => op)]));
}
