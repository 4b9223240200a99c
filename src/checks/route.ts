import {
  acknowledgedWrites,
  atSeconds,
  conclude,
  defineCheck,
  finalPrimary,
  gapsOf,
  named,
  nodeAt,
  reignsOf,
  takingWrites,
  writeSeries,
} from 'pgdrill';
import type { AcknowledgedWrite, CheckResult, FinalState, Offence, RunEvidence } from 'pgdrill';

/** Three failed health checks a second apart with their timeout, and a pool that logs in again: a route has moved by then. */
const routeGraceNs = 5e9;
/** A replica behind the read-only route whose newest commit is older than this is not fresh, ms. */
const freshWithinMs = 10_000;

export default defineCheck({
  name: 'ROUTE',
  summary: '`rw` leads to the node that takes writes, `ro` to a fresh replica',
  method:
    'At the end a new connection on `rw` must reach the primary, and on `ro` a server in recovery that shows a commit at most 10 s old (the primary commits a marker for it). ' +
    'In the history, no `rw` operation may be answered "read-only" (25006) when some node had been taking writes for 5 s without a break, ' +
    'and none may be acknowledged by another node once the final primary took its first write. A refused connection is LIVE’s matter, not this check’s.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    const writes = acknowledgedWrites(evidence);
    const onRw = writes.filter(({ route }) => route === 'rw');
    const offences = [
      ...misroutedWrites(evidence, writes),
      ...strayWrites(final, writes, onRw),
      ...(final === null ? [] : finalRoutes(evidence, final)),
    ];
    return conclude({
      asked: `${onRw.length} acknowledged rw operations, and a new connection on ${final?.routes.length ?? 0} routes at the end`,
      clean: 'each reached the server it should',
      broken: `${offences.length} findings`,
      offences,
      missing: missing(evidence, onRw),
    });
  },
});

/** rw operations that reached a server in recovery although somebody else had been taking writes for longer than the grace. */
function misroutedWrites(evidence: RunEvidence, writes: readonly AcknowledgedWrite[]): Offence[] {
  const spans = takingWrites(writes);
  const longTaking = (atNs: number) => spans.find(({ fromNs, toNs }) => fromNs + routeGraceNs <= atNs && atNs <= toNs)?.node;
  return writeSeries(evidence)
    .filter(({ declared }) => declared.route === 'rw')
    .flatMap(({ declared, operations }) => {
      const readOnly = operations
        .filter(({ error }) => error?.code === '25006')
        .filter((operation) => longTaking(operation.startNs) !== undefined);
      const [first] = readOnly;
      if (first === undefined) return [];
      const lastNs = readOnly.at(-1)?.startNs ?? first.startNs;
      const what = `${declared.series}: ${readOnly.length} operations reached a read-only server from ${atSeconds(first.startNs)} to ${atSeconds(lastNs)}, while ${longTaking(first.startNs)} was taking writes`;
      return [{ what, atNs: first.startNs, operations: named(readOnly) }];
    });
}

/** rw operations that another node acknowledged after the final primary had begun its last reign. */
function strayWrites(final: FinalState | null, writes: readonly AcknowledgedWrite[], onRw: readonly AcknowledgedWrite[]): Offence[] {
  const primary = final === null ? null : finalPrimary(final);
  if (primary === null) return [];
  const { member, sql } = primary;
  const reign = reignsOf(writes).find(({ node, timeline }) => node === member.member && timeline === sql.timeline);
  const stray = onRw.filter(
    ({ node, startNs }) => reign !== undefined && node !== null && node !== member.member && startNs > reign.firstEndNs,
  );
  return [...Map.groupBy(stray, ({ node }) => node ?? '')].map(([node, group]) => ({
    what: `${group.length} rw operations were acknowledged by ${node} after ${member.member} had taken over`,
    atNs: group[0]?.endNs ?? 0,
    operations: named(group.map(({ operation }) => operation)),
    node,
  }));
}

function finalRoutes(evidence: RunEvidence, final: FinalState): Offence[] {
  return final.routes.flatMap(({ route, server, inRecovery, replayAgeMs, error }): Offence[] => {
    if (server === null) return [{ what: `${route} leads nowhere: ${error ?? 'no reason given'}` }];
    const node = nodeAt(evidence, server) ?? server;
    if (route === 'rw' && (inRecovery === true || (final.primary !== null && node !== final.primary)))
      return [{ what: `rw leads to ${node}, the primary is ${final.primary ?? 'not known'}`, node }];
    if (route !== 'ro') return [];
    if (inRecovery === false) return [{ what: `ro leads to ${node}, which is no replica`, node }];
    if (replayAgeMs !== null && replayAgeMs <= freshWithinMs) return [];
    return [
      {
        what: `ro leads to ${node}, whose newest commit is ${replayAgeMs === null ? 'unknown' : `${atSeconds(replayAgeMs * 1e6)} old`}`,
        node,
      },
    ];
  });
}

function missing(evidence: RunEvidence, onRw: readonly AcknowledgedWrite[]): string[] {
  const { final } = evidence;
  const unplaced = onRw.filter(({ node }) => node === null).length;
  const routes = final?.routes.map(({ route }) => route) ?? [];
  return [
    ...(onRw.length === 0 ? ['no rw operation was acknowledged'] : []),
    ...(unplaced === 0 ? [] : [`${unplaced} rw operations do not say which node took them`]),
    ...(final === null ? ['the final state was not captured'] : gapsOf(final, 'marker')),
    ...(final !== null && final.primary === null ? ['there is no single primary'] : []),
    ...['rw', 'ro'].filter((route) => final !== null && !routes.includes(route)).map((route) => `route ${route} is not in the final state`),
  ];
}
