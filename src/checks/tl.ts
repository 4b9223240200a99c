import { acknowledgedWrites, conclude, defineCheck, gapsOf, lineageOffences, memberNames, mintedTwice, reignsOf } from 'pgdrill';
import type { CheckResult, Offence, RunEvidence } from 'pgdrill';

export default defineCheck({
  name: 'TL',
  summary: 'One lineage of timelines, and no timeline minted twice',
  method:
    'The timeline history that each server holds (pg_wal/*.history) must be a prefix of the primary’s, up to the same switch points; a timeline number must stand for one fork only, ' +
    'by the histories, by the servers’ logs, and by who acknowledged writes on it; and every timeline on which writes were acknowledged must be an ancestor of the primary’s. ' +
    'It cannot see a timeline that was begun and left without a write, a log line or a member that kept it.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    const reigns = reignsOf(acknowledgedWrites(evidence));
    const members = final?.members.filter(({ member, sql }) => sql !== null && gapsOf(final, 'history', member).length === 0) ?? [];
    const reference = members.find(({ member }) => member === final?.primary) ?? null;
    const lineage = reference === null ? [] : [...reference.timelineHistory.map(({ timeline }) => timeline), reference.sql?.timeline ?? 0];
    const abandoned: Offence[] = reigns
      .filter(({ timeline }) => reference !== null && !lineage.includes(timeline))
      .map(({ node, timeline, writes, firstEndNs }) => ({
        what: `${node} acknowledged ${writes.length} writes on timeline ${timeline}, which is no ancestor of ${reference?.member}'s timeline ${lineage.at(-1)}`,
        atNs: firstEndNs,
        node,
      }));
    const offences = [
      ...(reference === null ? [] : lineageOffences(members, reference)),
      ...mintedTwice(members, evidence.log, reigns),
      ...abandoned,
    ];
    return conclude({
      asked: `timeline histories of ${members.length} members, ${reigns.length} reigns by acknowledged writes, ${evidence.log.filter(({ what }) => what === 'timeline-selected').length} log lines`,
      clean: `one lineage, ${lineage.join(' → ')}`,
      broken: `${offences.length} breaks of the lineage`,
      offences,
      missing: missing(evidence),
    });
  },
});

function missing(evidence: RunEvidence): string[] {
  const { final } = evidence;
  if (final === null) return ['the final state was not captured'];
  const unread = memberNames(evidence)
    .filter((name) => final.members.every(({ member, sql }) => member !== name || sql === null))
    .map((name) => `${name} did not tell its history`);
  return [...(final.primary === null ? ['there is no single primary to compare with'] : []), ...gapsOf(final, 'history'), ...unread];
}
