import { DrillError, messageOf } from '../../base/errors.ts';
import { pause, running, type DrillContext } from '../context.ts';
import type { FaultRun } from '../fault-run.ts';
import { healFault } from './heal.ts';

/**
 * inject: fires the timeline, each fault at its time from now, several at once where they coincide; a fault with a `for`
 * is healed when it is over. Returns when every fault has been injected (or failed to be).
 */
export async function inject(context: DrillContext): Promise<void> {
  const startNs = context.clock.nowNs();
  const elapsedMs = (): number => (context.clock.nowNs() - startNs) / 1e6;
  await Promise.all(
    context.faults.map(async (fault) => {
      await pause(fault.planned.atMs - elapsedMs(), context.stop);
      await fault.inject();
    }),
  );
}

/** How often the recovery condition is looked at. */
const lookMs = 100;

/**
 * observe: until every route has been served without a refusal for the scenario's `steady` time since the last fault (or
 * its end), with the failover that the scenario expects behind it; or until the budget is used up, which is a finding and
 * no error.
 */
export async function observe(context: DrillContext): Promise<string> {
  const { scenario, clock } = context;
  const activeNs = context.faults.map((fault) => fault.activeNs).filter((ns) => ns !== null);
  const startNs = Math.min(...activeNs, clock.nowNs());
  const timed = healWhenOver(context);
  let seen = 'nothing yet';
  while ((clock.nowNs() - startNs) / 1e6 < scenario.phases.observe) {
    await pause(lookMs, context.stop);
    await context.tail.poll();
    if (!timed.over()) {
      seen = 'a fault is still to be ended by the timeline';
      continue;
    }
    const unsteady = unsteadySeries(context, Math.max(...activeNs, timed.lastHealNs(), startNs));
    if (unsteady !== null) {
      seen = unsteady;
      continue;
    }
    const missing = await missingFailover(context);
    if (missing === null) return `served without refusal for ${scenario.phases.steady / 1000} s on every route`;
    seen = missing;
  }
  return `budget of ${scenario.phases.observe / 1000} s used up; last seen: ${seen}`;
}

/** The first route's series that has not been served without refusal for the steady time, in words; null: all have. */
function unsteadySeries(context: DrillContext, sinceNs: number): string | null {
  const { scenario, clock, tail } = context;
  const steadyNs = scenario.phases.steady * 1e6;
  const nowNs = clock.nowNs();
  for (const [name, now] of tail.series) {
    const { route, kind, intervalNs } = now.declared;
    if (kind !== 'probe' || route.startsWith('member:')) continue;
    const quietSinceNs = Math.max(sinceNs, now.lastRefusedDueNs ?? 0);
    if (now.refusedSinceNs !== null || nowNs - quietSinceNs < steadyNs)
      return `${name} was refused ${((nowNs - quietSinceNs) / 1e9).toFixed(1)} s ago`;
    // Silence is not service: the row must be as long as the steady time asks for, but for slots in flight.
    if (now.acceptedInARow < Math.max(scenario.measure.consecutive, (0.8 * steadyNs) / intervalNs))
      return `${name} has ${now.acceptedInARow} acknowledged in a row`;
  }
  return null;
}

async function missingFailover(context: DrillContext): Promise<string | null> {
  if (context.scenario.objectives.failover !== 'expected' || context.before === null) return null;
  const primary = (await running(context).capabilities.primary?.()) ?? null;
  return primary === null || primary === context.before.primary ? `the primary is still ${primary ?? 'nobody'}` : null;
}

/** Heals each fault that has a `for` when that is over. `over` throws what went wrong with the drill itself (a full disk). */
function healWhenOver(context: DrillContext): { over: () => boolean; lastHealNs: () => number } {
  let open = 0;
  let lastHealNs = 0;
  let failure: DrillError | null = null;
  const end = async (fault: FaultRun, forMs: number): Promise<void> => {
    const activeNs = fault.activeNs ?? context.clock.nowNs();
    await pause(forMs - (context.clock.nowNs() - activeNs) / 1e6, context.stop);
    await healFault(context, fault);
    lastHealNs = context.clock.nowNs();
  };
  for (const fault of context.faults) {
    if (fault.planned.forMs === undefined || fault.state !== 'active') continue;
    open++;
    void end(fault, fault.planned.forMs)
      .catch(
        (error: unknown) =>
          (failure ??= error instanceof DrillError ? error : new DrillError(messageOf(error), { code: 'internal', cause: error })),
      )
      .finally(() => open--);
  }
  return {
    over: () => {
      if (failure !== null) throw failure;
      return open === 0;
    },
    lastHealNs: () => lastHealNs,
  };
}
