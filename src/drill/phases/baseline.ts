import { DrillError } from '../../base/errors.ts';
import { sampleMember, withSession } from '../../postgres/session.ts';
import { pause, running, type DrillContext } from '../context.ts';

/** baseline: measures steady state for the set time, and notes who leads and where its WAL stands. */
export async function baseline(context: DrillContext): Promise<string> {
  await pause(context.scenario.phases.baseline, context.stop);
  await context.tail.poll();
  const { capabilities } = running(context);
  const primary = (await capabilities.primary?.()) ?? null;
  const member = capabilities.members?.().find(({ node }) => node.name === primary);
  if (primary === null || member === undefined) throw new DrillError('the baseline ended without a primary', { code: 'wait-timeout' });
  const sample = await withSession(member.sql, { connectMs: 2000, statementMs: 2000, applicationName: 'pgdrill-baseline' }, (session) =>
    sampleMember(session),
  );
  if (!sample.ok)
    throw new DrillError(`the baseline ended with a primary that does not answer: ${sample.error.message}`, { code: 'wait-timeout' });
  const { lsn, timeline } = sample.value;
  context.before = { primary, lsn, timeline };
  return `primary ${primary}, timeline ${timeline}, ${context.tail.writesPerSecond(context.clock.nowNs())} writes/s`;
}
