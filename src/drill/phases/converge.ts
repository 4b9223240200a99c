import { waitFor } from '../../base/wait.ts';
import { pause, running, type DrillContext } from '../context.ts';

/** Observers look this long at the whole cluster before it is called whole: each member's newest sample must be of it. */
const lookMs = 1500;

/**
 * converge: waits for full redundancy.
 * @throws DrillError `wait-timeout` when the budget is used up: a finding about the database, which the redundancy
 *   objective, FOLLOW and REJOIN spell out; the drill goes on to examine it.
 */
export async function converge(context: DrillContext): Promise<string> {
  const name = 'redundancy to be whole';
  const seen = await waitFor({ name, budgetMs: context.scenario.phases.converge, intervalMs: 200, signal: context.stop }, async () => {
    const now = await running(context).health();
    return now.healthy && now.redundant ? { done: true, value: now.seen } : { done: false, seen: now.seen };
  });
  await pause(lookMs, context.stop);
  return seen;
}
