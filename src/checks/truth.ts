import { agentClaims, atSeconds, conclude, contradictions, defineCheck, gapsOf } from 'pgdrill';
import type { CheckResult, FinalState, Offence, RunEvidence } from 'pgdrill';

/** Patroni's own default, for topologies that do not say. */
const defaultLoopWaitSeconds = 10;

export default defineCheck({
  name: 'TRUTH',
  summary: 'What the agent says of a member is what SQL says of it',
  method:
    'Agent and SQL are sampled side by side from the baseline on, and once more at the end: role against pg_is_in_recovery(), `running` and `streaming` against whether SQL answers, timeline against timeline. ' +
    'A contradiction in the samples counts when it lasts longer than two turns of the agent’s loop (loop_wait in force, else 10 s) and two sampling intervals, as an agent may learn of a change one turn late; ' +
    'at the end every contradiction counts. An agent that does not answer claims nothing.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    const fromNs = evidence.phases.find(({ phase }) => phase === 'baseline')?.startNs ?? 0;
    const samples = evidence.members.filter(({ atNs }) => atNs >= fromNs);
    const graceNs = graceOf(evidence);
    const lasting: Offence[] = contradictions(samples)
      .filter((one) => one.toNs - one.fromNs > graceNs)
      .map(({ member, what, fromNs: begun, toNs }) => ({
        what: `${member}: ${what}, for ${atSeconds(toNs - begun)} from ${atSeconds(begun)}`,
        atNs: begun,
        node: member,
      }));
    const offences = [...lasting, ...(final === null ? [] : finalOffences(final))];
    const withAgent = samples.filter(({ agent }) => agent !== null).length;
    return conclude({
      asked: `${withAgent} samples with an agent's word and ${final?.members.length ?? 0} members at the end, grace ${atSeconds(graceNs)}`,
      clean: 'agent and SQL agree',
      broken: `${offences.length} contradictions`,
      offences,
      missing: [...(withAgent === 0 ? ['no agent was sampled'] : []), ...missing(final)],
    });
  },
});

/** Two turns of the agent's loop and two sampling intervals (the median over all members). */
function graceOf(evidence: RunEvidence): number {
  const inForce = evidence.parameters.findLast(({ name }) => name === 'loop_wait')?.inForce;
  const loopWaitSeconds = Number.parseFloat(inForce ?? '') || defaultLoopWaitSeconds;
  const byMember = [...Map.groupBy(evidence.members, ({ member }) => member).values()];
  const pauses = byMember
    .flatMap((samples) => samples.slice(1).map(({ atNs }, index) => atNs - (samples[index]?.atNs ?? 0)))
    .toSorted((a, b) => a - b);
  return 2 * loopWaitSeconds * 1e9 + 2 * (pauses[pauses.length >> 1] ?? 0);
}

function finalOffences(final: FinalState): Offence[] {
  return final.members.flatMap(({ member, sql, sqlError, agent }) => {
    const found = agent === null ? [] : agentClaims(agent, sql, sqlError);
    if (agent?.state === 'streaming' && sql?.inRecovery === true && sql.walReceiver?.status !== 'streaming') {
      found.push(`the agent says streaming, the WAL receiver is ${sql.walReceiver?.status ?? 'not there'}`);
    }
    if (agent?.timeline !== undefined && sql !== null && agent.timeline !== sql.timeline) {
      found.push(`the agent says timeline ${agent.timeline}, SQL says ${sql.timeline}`);
    }
    return found.map((what) => ({ what: `${member} at the end: ${what}`, node: member }));
  });
}

function missing(final: FinalState | null): string[] {
  if (final === null) return ['the final state was not captured'];
  const silent = final.members.filter(({ agent, sql }) => agent === null && sql !== null);
  return [
    ...gapsOf(final, 'member'),
    ...silent.map(({ member, agentError }) => `the agent of ${member} said nothing at the end (${agentError ?? 'no reason given'})`),
  ];
}
