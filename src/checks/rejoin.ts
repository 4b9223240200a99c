import { acknowledgedWrites, conclude, defineCheck, following, memberNames } from 'pgdrill';
import type { CheckResult, RunEvidence } from 'pgdrill';

export default defineCheck({
  name: 'REJOIN',
  summary: 'Every member that was hit, and every former primary, is back and follows',
  method:
    'Members that a fault was aimed at, and members that acknowledged writes and are no longer the primary, must at the end be the primary or follow it (as FOLLOW asks). ' +
    'It cannot see how they came back: by streaming on, by pg_rewind or by a new copy.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    const concerned = concernedMembers(evidence);
    const found = final === null ? [] : concerned.map((name) => ({ name, ...following(final, name) }));
    const offences = found.flatMap(({ name, problems }) => problems.map((problem) => ({ what: `${name} ${problem}`, node: name })));
    const nobody = concerned.length === 0;
    return conclude({
      asked: nobody ? 'No member was hit, and the primary stayed' : `${concerned.join(', ')} hit by a fault or deposed`,
      clean: nobody ? 'nobody had to come back' : 'back, as primary or following it',
      broken: `${new Set(offences.map(({ node }) => node)).size} of ${concerned.length} did not rejoin`,
      offences,
      missing: final === null ? ['the final state was not captured'] : [...new Set(found.flatMap(({ missing }) => missing))],
    });
  },
});

function concernedMembers(evidence: RunEvidence): string[] {
  const hit = new Set(evidence.faults.filter(({ injectedNs }) => injectedNs !== null).flatMap(({ nodes }) => nodes));
  const wrote = new Set(acknowledgedWrites(evidence).map(({ node }) => node));
  const primary = evidence.final?.primary ?? null;
  return memberNames(evidence).filter((name) => hit.has(name) || (wrote.has(name) && name !== primary));
}
