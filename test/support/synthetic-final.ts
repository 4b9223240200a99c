import type { Operation } from '../../src/history/evidence.ts';
import type { FinalState, MemberFinal } from '../../src/history/final-state.ts';
import { addressOf, lsnAt, members, type SyntheticPlot } from './synthetic-plot.ts';
import { second, toRanges } from './synthetic-series.ts';

/** The final state that a drill by the book leaves; acknowledged rows are there but for those in `missing`. */
export function syntheticFinal(plot: SyntheticPlot, operations: Operation[], missing: Set<Operation>): FinalState {
  const primary = plot.failover === 'new-primary' ? 'pg2' : 'pg1';
  const capturedNs = plot.times.examineNs + second / 2;
  const present = operations.filter((one) => one.outcome === 'ok' && !missing.has(one) && one.value?.inRecovery === undefined);
  const bySeries = Map.groupBy(present, (one) => one.series);
  return {
    capturedNs,
    primary,
    gaps: [],
    members: members.map((member) => memberFinal(plot, member, primary, capturedNs)),
    rows: Object.fromEntries([...bySeries].map(([series, ops]) => [series, toRanges(ops.map(({ op }) => op))])),
    sequences: [{ sequence: 'pgdrill.ledger_id_seq', column: 'pgdrill.ledger.id', nextValue: 100_000, maxValue: 99_000 }],
    bank: { accounts: 100, expectedTotal: 100_000, total: 100_000 },
    amcheck: members.map((member) => ({ member, index: 'pgdrill.ledger_pkey', heapAllIndexed: true, error: null })),
    routes: [
      { route: 'rw', server: addressOf(primary), inRecovery: false, replayAgeMs: null },
      { route: 'ro', server: addressOf('pg3'), inRecovery: true, replayAgeMs: 5 },
    ],
  };
}

function memberFinal(plot: SyntheticPlot, member: string, primary: string, capturedNs: number): MemberFinal {
  const timeline = plot.failover === 'new-primary' ? 2 : 1;
  const standby = member !== primary;
  const walReceiver = { status: 'streaming', upstream: addressOf(primary), timeline };
  const history = [{ timeline: 1, switchLsn: lsnAt(plot.times.faultNs), reason: 'no recovery target specified' }];
  return {
    member,
    address: addressOf(member),
    sql: {
      inRecovery: standby,
      timeline,
      lsn: lsnAt(capturedNs),
      replayAdvanced: standby ? true : null,
      ...(standby ? { walReceiver } : {}),
      systemIdentifier: '7000000000000000001',
      checksumFailures: 0,
    },
    agent: { role: standby ? 'replica' : 'primary', state: standby ? 'streaming' : 'running', timeline },
    timelineHistory: plot.failover === 'new-primary' ? history : [],
  };
}
