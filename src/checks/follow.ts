import { conclude, defineCheck, following, memberNames } from 'pgdrill';
import type { CheckResult } from 'pgdrill';

export default defineCheck({
  name: 'FOLLOW',
  summary: 'Every standby streams on the primary’s timeline, and its replay advances',
  method:
    'During the capture the primary commits a marker; every other member must be in recovery, stream (pg_stat_wal_receiver), be on the primary’s timeline and of its ' +
    'system identifier, and replay past the marker within 10 s. It tells the end of the drill, not the way there.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    const standbys = memberNames(evidence).filter((name) => name !== final?.primary);
    const found = final === null ? [] : standbys.map((name) => ({ name, ...following(final, name) }));
    const offences = found.flatMap(({ name, problems }) => problems.map((problem) => ({ what: `${name} ${problem}`, node: name })));
    return conclude({
      asked: `${standbys.length} standbys of ${final?.primary ?? 'no primary'} asked by SQL`,
      clean: 'each streams on its timeline and replays',
      broken: `${new Set(offences.map(({ node }) => node)).size} do not follow`,
      offences,
      missing: final === null ? ['the final state was not captured'] : [...new Set(found.flatMap(({ missing }) => missing))],
    });
  },
});
