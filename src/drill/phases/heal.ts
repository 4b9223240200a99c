import { messageOf } from '../../base/errors.ts';
import { captureDivergence } from '../../postgres/divergence.ts';
import { running, type DrillContext } from '../context.ts';
import type { FaultRun } from '../fault-run.ts';

/** heal: undoes every fault that may still be in effect, the latest first. */
export async function heal(context: DrillContext): Promise<string> {
  const open = context.faults.filter((fault) => fault.needsHeal).toReversed();
  for (const fault of open) await healFault(context, fault);
  return open.length === 0 ? 'nothing was left to heal' : `healed ${open.map((fault) => fault.planned.id).join(', ')}`;
}

/** Heals one fault, after what the old primary holds beyond the fork has been captured: a heal lets it be rewound. */
export async function healFault(context: DrillContext, fault: FaultRun): Promise<void> {
  if (context.before !== null && fault.nodes.some((node) => node.name === context.before?.primary))
    await captureFork(context, context.before);
  await fault.heal();
}

async function captureFork(context: DrillContext, before: NonNullable<DrillContext['before']>): Promise<void> {
  const { capabilities } = running(context);
  const member = capabilities.members?.().find(({ node }) => node.name === before.primary);
  const primary = (await capabilities.primary?.()) ?? null;
  // It still leads: there is no fork to look beyond.
  if (member === undefined || primary === before.primary) return;
  try {
    const divergence = await captureDivergence(member.node, member.data.workload, {
      dataDir: member.data.dir,
      binDir: member.data.binDir,
      sinceLsn: before.lsn,
      sinceTimeline: before.timeline,
      clock: context.clock,
    });
    await context.journal.write({ type: 'divergence', member: before.primary, divergence });
  } catch (error) {
    await context.journal.write({ type: 'divergence', member: before.primary, divergence: null, reason: messageOf(error) });
  }
}
