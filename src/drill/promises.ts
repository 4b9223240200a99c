import { formatMs } from '../base/duration.ts';
import type { DurabilityPromise, OutagePromise } from '../contract/topology.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Limits } from '../score/limits.ts';
import type { PlannedFault } from './fault-run.ts';

/** Objectives that the topology's own settings rule out, and budgets that would end before they allow; one sentence each. */
export function objectiveWarnings(
  scenario: Scenario,
  faults: readonly PlannedFault[],
  limits: Limits,
  promises: { rto: OutagePromise[]; durability: DurabilityPromise },
): string[] {
  const warnings: string[] = [];
  const kinds = new Set(faults.map((fault) => fault.definition.kind));
  for (const promise of promises.rto.filter((one) => one.faults.some((kind) => kinds.has(kind)) && hitsPrimary(faults, one))) {
    const limit = limits.rto[promise.route];
    if (limit !== undefined && limit.limit < promise.atLeastMs) {
      warnings.push(
        `objective rto.${promise.route} ${formatMs(limit.limit)} (${limit.from}) cannot be met by design: an outage of at least ${formatMs(promise.atLeastMs)} is to be expected, as ${promise.because}`,
      );
    }
    if (promise.atMostMs !== null && scenario.phases.observe < promise.atMostMs) {
      warnings.push(
        `phases.observe ${formatMs(scenario.phases.observe)} may end before the outage does: up to ${formatMs(promise.atMostMs)} is to be expected, as ${promise.because}`,
      );
    }
  }
  if (
    limits.transactions?.limit === 0 &&
    promises.durability.loss === 'some' &&
    promises.durability.faults.some((kind) => kinds.has(kind))
  ) {
    warnings.push(
      `objective rpo.transactions 0 (${limits.transactions.from}) is not what the settings promise: ${promises.durability.because}`,
    );
  }
  return warnings;
}

/** A promise of an outage is about losing the primary; a fault on a replica owes none. */
function hitsPrimary(faults: readonly PlannedFault[], promise: OutagePromise): boolean {
  return faults.some(
    ({ definition, target }) =>
      promise.faults.includes(definition.kind) &&
      (definition.target === 'none' || target === 'primary' || target === 'majority' || target === 'cluster'),
  );
}
