import type { Evidence } from '../history/evidence.ts';
import { redundancyWholeNs } from './redundancy.ts';
import type { RtoScores } from './rto.ts';
import { baselinePerSecond, throughputBackNs } from './throughput.ts';
import type { Recovery, RtoResult } from './types.ts';
import { baselineWindow, clientsEnd, faultStart, seconds } from './window.ts';

/** What recovery means beyond the first accepted write: everybody served, at full speed, with full redundancy. */
export function scoreRecovery(evidence: Evidence, { all }: RtoScores): Recovery {
  const startNs = faultStart(evidence);
  const since = (ns: number | null): number | null => (ns === null || startNs === null ? null : seconds(Math.max(0, ns - startNs)));
  const { backNs, baselinePerSecond: rate } = throughput(evidence, all, startNs);
  return {
    lastClientSeconds: since(lastServedNs(all, evidence.scenario.phases.steady * 1e6)),
    throughputBackSeconds: since(backNs),
    baselineThroughputPerSecond: rate,
    redundancyWholeSeconds: startNs === null ? null : since(redundancyWholeNs(evidence, startNs)),
  };
}

/**
 * When a series was served again for good (for the steady time) after a fault had refused it. Undefined: it never was
 * refused; null: it never was served again.
 */
function servedAgainNs({ outages }: RtoResult, steadyNs: number): number | null | undefined {
  let servedNs: number | null | undefined;
  for (const { after, firstRefusedNs, recoveredNs } of outages) {
    if (after !== 'fault' || servedNs === null) continue;
    if (servedNs !== undefined && firstRefusedNs - servedNs >= steadyNs) break;
    servedNs = recoveredNs;
  }
  return servedNs;
}

/** When the last series was. Null: one never was, or there was no outage. */
function lastServedNs(all: readonly RtoResult[], steadyNs: number): number | null {
  const ends = all.map((result) => servedAgainNs(result, steadyNs)).filter((ns) => ns !== undefined);
  return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((ns) => ns ?? 0));
}

/** The ledger's; a drill without a ledger has none. Looked for from the end of its first outage on: until then the fault is still to be felt. */
function throughput(
  evidence: Evidence,
  all: readonly RtoResult[],
  startNs: number | null,
): { backNs: number | null; baselinePerSecond: number | null } {
  const ledger = [...evidence.series.values()].find(({ declared }) => declared.kind === 'ledger');
  if (ledger === undefined) return { backNs: null, baselinePerSecond: null };
  const rate = baselinePerSecond(ledger, baselineWindow(evidence));
  const rto = all.find(({ series }) => series === ledger.declared.series);
  const servedNs = rto === undefined ? null : rto.outages.find(({ after }) => after === 'fault')?.recoveredNs;
  if (rate === null || startNs === null || servedNs === null) return { backNs: null, baselinePerSecond: rate };
  const backNs = throughputBackNs(ledger, {
    perSecond: rate,
    share: evidence.scenario.measure.throughputWithin,
    fromNs: Math.max(startNs, servedNs ?? startNs),
    toNs: Math.min(clientsEnd(evidence), ledger.operations.at(-1)?.dueNs ?? 0),
  });
  return { backNs, baselinePerSecond: rate };
}
