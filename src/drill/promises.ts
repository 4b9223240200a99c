import { formatMs } from '../base/duration.ts';
import type { DurabilityPromise, OutagePromise } from '../contract/topology.ts';
import type { ExpectedOutage } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Limits } from '../score/limits.ts';
import type { PlannedFault } from './fault-run.ts';

export interface Promises {
  rto: OutagePromise[];
  durability: DurabilityPromise;
}

/** The outage of writes that the topology's settings let expect of these faults. */
export function expectedOutage(faults: readonly PlannedFault[], { rto }: Promises): ExpectedOutage {
  const kept = rto.filter(({ route }) => route === 'rw').flatMap((promise) => owed(faults, promise));
  return {
    atLeastMs: Math.max(0, ...kept.map(({ atLeastMs }) => atLeastMs)),
    atMostMs: kept.some(({ atMostMs }) => atMostMs === null) ? null : Math.max(0, ...kept.map(({ atMostMs }) => atMostMs ?? 0)),
  };
}

/** Objectives that the topology's own settings rule out, and budgets that would end before they allow; one sentence each. */
export function objectiveWarnings(scenario: Scenario, faults: readonly PlannedFault[], limits: Limits, promises: Promises): string[] {
  return [
    ...promises.rto.flatMap((promise) => owed(faults, promise)).flatMap((promise) => outageWarnings(scenario, limits, promise)),
    ...lossWarnings(faults, limits, promises.durability),
  ];
}

function outageWarnings(scenario: Scenario, limits: Limits, { route, atLeastMs, atMostMs, because }: OutagePromise): string[] {
  const warnings: string[] = [];
  const limit = limits.rto[route];
  if (limit !== undefined && limit.limit < atLeastMs) {
    warnings.push(
      `objective rto.${route} ${formatMs(limit.limit)} (${limit.from}) cannot be met by design: an outage of at least ${formatMs(atLeastMs)} is to be expected, as ${because}`,
    );
  }
  if (atMostMs !== null && scenario.phases.observe < atMostMs) {
    warnings.push(
      `phases.observe ${formatMs(scenario.phases.observe)} may end before the outage does: up to ${formatMs(atMostMs)} is to be expected, as ${because}`,
    );
  }
  return warnings;
}

function lossWarnings(faults: readonly PlannedFault[], limits: Limits, { faults: kinds, loss, because }: DurabilityPromise): string[] {
  if (loss === 'none' || !faults.some((fault) => kinds.includes(fault.definition.kind) && hitsPrimary(fault))) return [];
  const asked = { 'rpo.transactions': limits.transactions, 'rpo.seconds': limits.secondsMs, 'rpo.bytes': limits.bytes };
  return Object.entries(asked).flatMap(([name, limit]) =>
    limit?.limit === 0 ? [`objective ${name} 0 (${limit.from}) is not what the settings promise: ${because}`] : [],
  );
}

/** A promise as these faults call it in: none where no fault does; no longer than a fault that the timeline ends lasts. */
function owed(faults: readonly PlannedFault[], promise: OutagePromise): OutagePromise[] {
  const calling = faults.filter((fault) => promise.faults.includes(fault.definition.kind) && hitsPrimary(fault));
  if (calling.length === 0) return [];
  const lastsMs = Math.max(...calling.map(({ forMs }) => forMs ?? Number.POSITIVE_INFINITY));
  return [{ ...promise, atLeastMs: Math.min(promise.atLeastMs, lastsMs) }];
}

const withPrimary: ReadonlySet<unknown> = new Set(['primary', 'majority', 'cluster']);

/** A promise is about losing the primary; a fault on a replica, or on a node by name, may not call it in. */
function hitsPrimary({ definition, target, from }: PlannedFault): boolean {
  return definition.target === 'none' || withPrimary.has(target) || withPrimary.has(from);
}
