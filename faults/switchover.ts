import { z } from 'zod';
import { DrillError, defineFault } from 'pgdrill';

const params = z.strictObject({
  to: z.string().min(1).optional().describe('The member that shall lead; by default the topology chooses'),
});

export default defineFault({
  kind: 'switchover',
  summary: "The operator hands the primary's role to another member in good order",
  params,
  needs: ['primary', 'switchover'],
  target: 'none',
  does: "Asks the topology's own tool for a switchover (Patroni: POST /switchover) and waits for its end. It counts from the moment of the request: what clients feel lies between that and its end.",
  notSimulated: ['Whatever an operator does around a switchover: draining the applications, waiting for a quiet hour.'],
  async inject({ capabilities, params: { to } }) {
    const from = await capabilities.primary?.();
    if (from === undefined || from === null) throw new DrillError('no primary just now: nothing to hand over', { code: 'fault-failed' });
    if (to === from) throw new DrillError(`${to} is the primary already`, { code: 'fault-failed' });
    const done = await capabilities.switchover?.(to);
    return { from, to: done?.to ?? null };
  },
  async confirm(context, { from, to }) {
    const primary = await context.capabilities.primary?.();
    if (primary === undefined || primary === null || primary === from) {
      return { proven: false, seen: primary === from ? `${from} still takes writes` : 'no member takes writes' };
    }
    return {
      proven: true,
      effectiveNs: context.invokedNs,
      evidence: { summary: `${primary} takes writes, no longer ${from}`, readings: { from, to, primary } },
    };
  },
  async heal() {
    // What was handed over in good order is no damage.
  },
  async confirmHealed(context) {
    return { proven: true, effectiveNs: context.invokedNs, evidence: { summary: 'a switchover leaves nothing to heal' } };
  },
});
