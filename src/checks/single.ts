import {
  acknowledgedWrites,
  atSeconds,
  conclude,
  defectsOf,
  defineCheck,
  doubleReigns,
  doubleSpans,
  memberNames,
  named,
  reignsOf,
  unaskedStretches,
  writableSpans,
} from 'pgdrill';
import type { AcknowledgedWrite, CheckResult, DoubleReign, Offence, RunEvidence } from 'pgdrill';

export default defineCheck({
  name: 'SINGLE',
  summary: 'Never two nodes accept writes at once',
  method:
    'Every member is asked directly, throughout, to take a write, past router and pooler. With every other acknowledged write this gives who took writes on which timeline: ' +
    'a write that was sent after a newer timeline had acknowledged, and was acknowledged on an older one by another node, or two nodes acknowledging on one timeline in turn, is a double. ' +
    'Two members that SQL samples show out of recovery at once count as well, where that lasts for longer than 20 intervals of the direct question: a shorter while in which the question was put and nothing acknowledged is a server that wakes and is stopped, not one that takes writes. The agent’s word is not used. ' +
    'A member that was up and gave its series no answer for more than 5 s (or 20 intervals) leaves the answer unknown. It cannot see a second primary that nobody could reach.',
  evaluate(evidence): CheckResult {
    const writes = acknowledgedWrites(evidence);
    const members = memberNames(evidence);
    const byWrites = doubleReigns(reignsOf(writes));
    const bySamples = doubleSpans(writableSpans(evidence.members)).filter(
      ({ stale, fromNs, toNs }) => toNs - fromNs > askedWithinNs(evidence, stale.member),
    );
    const samples: Offence[] = bySamples.map(({ stale, other, fromNs, toNs }) => ({
      what: `${stale.member} was out of recovery on timeline ${stale.timeline} while ${other.member} was on timeline ${other.timeline}, by SQL samples from ${atSeconds(fromNs)} to ${atSeconds(toNs)}`,
      atNs: fromNs,
      node: stale.member,
    }));
    return conclude({
      asked: `${writes.length} acknowledged writes and ${evidence.members.length} samples of ${members.length} members`,
      clean: 'at no time did two nodes take writes',
      broken: broken(byWrites, bySamples),
      offences: [...byWrites.map(offenceOf), ...samples].toSorted((a, b) => (a.atNs ?? 0) - (b.atNs ?? 0)),
      missing: [...missing(evidence, members, writes), ...defectsOf(evidence)],
    });
  },
});

/** Within this a member that is up has been asked whether it takes writes. */
function askedWithinNs({ series }: RunEvidence, member: string): number {
  const own = [...series.values()].find(({ declared }) => declared.route === `member:${member}`);
  return 20 * (own?.declared.intervalNs ?? 0);
}

function offenceOf({ stale, other, writes, fromNs, toNs }: DoubleReign): Offence {
  return {
    what:
      `${stale.node} acknowledged ${writes.length} writes on timeline ${stale.timeline} while ${other.node} took writes on timeline ${other.timeline}: ` +
      `for ${atSeconds(toNs - fromNs)}, from ${atSeconds(fromNs)} to ${atSeconds(toNs)}`,
    atNs: fromNs,
    operations: named(writes),
    node: stale.node,
  };
}

/** Says how long the longest window was: of double writes where there were any, else of two members out of recovery. */
function broken(byWrites: readonly DoubleReign[], bySamples: readonly { fromNs: number; toNs: number }[]): string {
  const longest = (windows: readonly { fromNs: number; toNs: number }[]): string =>
    atSeconds(Math.max(...windows.map(({ fromNs, toNs }) => toNs - fromNs)));
  if (byWrites.length === 0)
    return `two members were out of recovery at once, for at least ${longest(bySamples)}; no double write was acknowledged`;
  const doubled = new Set(byWrites.flatMap(({ writes }) => writes)).size;
  return `two nodes took writes at once, for at least ${longest(byWrites)}: ${doubled} double writes`;
}

function missing(evidence: RunEvidence, members: readonly string[], writes: readonly AcknowledgedWrite[]): string[] {
  const endNs = [...evidence.series.values()].reduce((last, { operations }) => Math.max(last, operations.at(-1)?.dueNs ?? 0), 0);
  const unplaced = writes.filter(({ node, timeline }) => node === null || timeline === null).length;
  const unasked = members.flatMap((member) => {
    const series = [...evidence.series.values()].find(({ declared }) => declared.route === `member:${member}`);
    if (series === undefined || series.operations.length === 0) return [`${member} was not asked directly`];
    return unaskedStretches(evidence, member, series, endNs).map(
      ({ fromNs, toNs }) => `${member} was up and not asked for ${atSeconds(toNs - fromNs)} from ${atSeconds(fromNs)}`,
    );
  });
  return [
    ...(writes.length === 0 ? ['no write was acknowledged'] : []),
    ...(unplaced === 0 ? [] : [`${unplaced} acknowledged writes do not say which node took them on which timeline`]),
    ...(evidence.members.length === 0 ? ['no member was sampled'] : []),
    ...unasked,
  ];
}
