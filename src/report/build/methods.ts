import type { ReportModel } from '../schema.ts';

/** How the figures came about, with this run's own numbers: what a reader needs to believe them, or not to. */
export function methodTexts(report: Pick<ReportModel, 'scenario' | 'rpo' | 'clocks' | 'lag' | 'timeline'>): ReportModel['method'] {
  const { measure, clients } = report.scenario.resolved as {
    measure: { consecutive: number; throughputWithin: number };
    clients: { probes: { interval: number; deadline: number } };
  };
  return [
    {
      title: 'RTO',
      text:
        `Probes are open-loop: slot k is due at t0 + k·${clients.probes.interval} ms, whatever happened to the slots before it, and a slot without an answer after ` +
        `${clients.probes.deadline} ms, or without a connection, is refused. RTO runs from the moment the fault took hold, as its evidence dates it, to the first of ` +
        `${measure.consecutive} accepted slots in a row whose writes are still there at the end. It is known as an interval: from the due time of the last refused slot to ` +
        `the acknowledgement of the first accepted one. An outage that reaches the end of the observation is censored: it lasted at least that long. Where several series measure a route, the worst is the route's.`,
    },
    {
      title: 'RPO',
      text:
        `Every acknowledged write is flushed to a file outside the cluster before it counts, and is looked for in the table at the end. Acknowledged and missing is lost. ` +
        `A write whose outcome the client could not know (a connection lost during COMMIT) is indeterminate and never counts as lost. Seconds run from the first to the last lost ` +
        `acknowledgement plus one mean interval. Bytes: ${report.rpo.bytesMethod}.`,
    },
    {
      title: 'Decomposition of the outage',
      text: `Each edge ends at an instant that a named source saw: the DCS, Patroni, a server log, the router, the client. Time that no source explains is shown as unexplained, never spread over the others.`,
    },
    {
      title: 'Throughput and latency',
      text:
        `Throughput counts acknowledgements per second when they came. It is back when it stays within ${Math.round(measure.throughputWithin * 100)} % of the baseline. ` +
        `Latency runs from the due time, not from the send, so that waiting for a connection is part of it; it is of accepted operations only.`,
    },
    {
      title: 'Members, leader key, routes',
      text: `Members are asked by SQL and through their agent, side by side; a state holds until the next look. The leader key is watched in the DCS, and routes are what the router itself holds to be up. Log lines are placed by their own time stamps.`,
    },
    { title: 'Clock', text: clockText(report.clocks) },
    { title: 'Lag of the measuring programs', text: lagText(report.lag) },
    {
      title: 'What one run proves',
      text: `One drill shows that something can happen. To say "95 % of outages are no longer than X" with 95 % confidence takes 59 runs without a longer one.`,
    },
  ];
}

function clockText(clocks: ReportModel['clocks']): string {
  const shared = 'All instants are of one monotonic clock, which one kernel shares between host and containers.';
  if (clocks.length === 0) return `${shared} No handshake with the client was noted.`;
  const each = clocks.map(
    (clock) => `${clock.client}: ${clock.sameKernel ? 'same kernel' : 'another kernel'}, offset within ${clock.boundMs.toFixed(2)} ms`,
  );
  return `${shared} By handshake: ${each.join('; ')}.`;
}

function lagText(lag: ReportModel['lag']): string {
  if (lag.length === 0) return 'No lag was recorded, so it is not known whether the probes were sent on time.';
  const each = lag.map((entry) => `${entry.source}: p99 ${entry.worstP99Ms} ms in the worst of ${entry.windows} windows of one second`);
  const limit = lag[0]?.limitMs ?? null;
  return `${each.join('; ')}.${limit === null ? '' : ` Where the p99 of the whole measurement is beyond ${limit} ms, half of the shortest probe interval, the drill is inconclusive.`}`;
}
