import { waitFor } from '../../base/wait.ts';
import { DrillError } from '../../base/errors.ts';
import { running, type DrillContext } from '../context.ts';

/**
 * converge: waits for full redundancy. A budget that is used up is a finding (FOLLOW, REJOIN and the redundancy objective
 * say what it means), not an error of the drill.
 */
export async function converge(context: DrillContext): Promise<string> {
  const budgetMs = context.scenario.phases.converge;
  try {
    return await waitFor({ name: 'redundancy to be whole', budgetMs, intervalMs: 200, signal: context.stop }, async () => {
      const now = await running(context).health();
      return now.healthy && now.redundant ? { done: true, value: now.seen } : { done: false, seen: now.seen };
    });
  } catch (error) {
    if (error instanceof DrillError && error.code === 'wait-timeout') return error.message;
    throw error;
  }
}
