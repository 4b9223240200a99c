import type { Evidence } from '../history/evidence.ts';
import { redundancyWholeNs } from './redundancy.ts';
import type { RtoScores } from './rto.ts';
import { baselinePerSecond, throughputBackNs } from './throughput.ts';
import type { Recovery } from './types.ts';
import { baselineWindow, clientsEnd, faultStart, seconds } from './window.ts';

/** What recovery means beyond the first accepted write: everybody served, at full speed, with full redundancy. */
export function scoreRecovery(evidence: Evidence, { all }: RtoScores): Recovery {
  const startNs = faultStart(evidence);
  const since = (ns: number | null): number | null => (ns === null || startNs === null ? null : seconds(Math.max(0, ns - startNs)));
  const { backNs, baselinePerSecond: rate } = throughput(evidence, all, startNs);
  return {
    lastClientSeconds: since(lastServedNs(all)),
    throughputBackSeconds: since(backNs),
    baselineThroughputPerSecond: rate,
    redundancyWholeSeconds: startNs === null ? null : since(redundancyWholeNs(evidence, startNs)),
  };
}

/** When the last series was served again after its last outage. Null: one never was, or there was no outage. */
function lastServedNs(all: RtoScores['all']): number | null {
  const ends = all.flatMap(({ outages }) => outages.map(({ recoveredNs }) => recoveredNs));
  return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((ns) => ns ?? 0));
}

/** The ledger's; a drill without a ledger has none. Looked for from the end of the outage on, for before it lies the fault itself. */
function throughput(
  evidence: Evidence,
  all: RtoScores['all'],
  startNs: number | null,
): { backNs: number | null; baselinePerSecond: number | null } {
  const ledger = [...evidence.series.values()].find(({ declared }) => declared.kind === 'ledger');
  const rate = ledger === undefined ? null : baselinePerSecond(ledger, baselineWindow(evidence));
  const rto = all.find(({ series }) => series === ledger?.declared.series);
  if (ledger === undefined || rate === null || startNs === null || rto === undefined || rto.censored)
    return { backNs: null, baselinePerSecond: rate };
  const lastDueNs = ledger.operations.at(-1)?.dueNs ?? 0;
  const backNs = throughputBackNs(ledger, {
    perSecond: rate,
    share: evidence.scenario.measure.throughputWithin,
    fromNs: Math.max(startNs, rto.recoveredNs ?? startNs),
    toNs: Math.min(clientsEnd(evidence), lastDueNs),
  });
  return { backNs, baselinePerSecond: rate };
}
