import { lsnDiffBytes } from '../base/lsn.ts';
import type { MemberFinal } from './final-state.ts';
import type { ServerLogEvent } from './observations.ts';
import type { Reign } from './reigns.ts';

/** Something that breaks the lineage, in the shape of a check's offence. */
interface Break {
  what: string;
  atNs?: number;
  node: string;
}

/** Members whose timeline history is no prefix of the reference's, or that stand past the point where it left their timeline. */
export function lineageOffences(members: readonly MemberFinal[], reference: MemberFinal): Break[] {
  const chain = chainOf(reference);
  return members.flatMap((member): Break[] => {
    const own = chainOf(member);
    const broken = own.findIndex(
      ({ timeline, switchLsn }, index) =>
        timeline !== chain[index]?.timeline || (switchLsn !== null && switchLsn !== chain[index]?.switchLsn),
    );
    if (broken !== -1) {
      const what = `${member.member} has the history ${text(own)}, and the primary ${reference.member} has ${text(chain)}`;
      return [{ what, node: member.member }];
    }
    const forkLsn = chain[own.length - 1]?.switchLsn ?? null;
    if (member.sql === null || forkLsn === null || lsnDiffBytes(forkLsn, member.sql.lsn) <= 0) return [];
    return [
      {
        what: `${member.member} stands at ${member.sql.lsn} on timeline ${member.sql.timeline}, past ${forkLsn} where the primary left it`,
        node: member.member,
      },
    ];
  });
}

/** Timeline numbers that stand for more than one fork: by histories, by log lines of different nodes, by who took writes on them. */
export function mintedTwice(members: readonly MemberFinal[], log: readonly ServerLogEvent[], reigns: readonly Reign[]): Break[] {
  const forks = members.flatMap((member) => {
    const chain = chainOf(member);
    return chain
      .slice(1)
      .map(({ timeline }, index) => ({ timeline, by: `${chain[index]?.timeline} at ${chain[index]?.switchLsn}`, node: member.member }));
  });
  const selected = log.flatMap(({ what, timeline, node, atNs }) =>
    what === 'timeline-selected' && timeline !== undefined ? [{ timeline, by: node, node, atNs }] : [],
  );
  const written = reigns.map(({ timeline, node, firstEndNs }) => ({ timeline, by: node, node, atNs: firstEndNs }));
  return [
    ...doubles(forks, (timeline, ways) => `timeline ${timeline} was minted twice: it left timeline ${ways.join(', and timeline ')}`),
    ...doubles(
      selected,
      (timeline, ways) => `timeline ${timeline} was minted twice: ${ways.join(' and ')} each selected it, by their logs`,
    ),
    ...doubles(written, (timeline, ways) => `on timeline ${timeline} ${ways.join(' and ')} each acknowledged writes`),
  ];
}

interface Minting {
  timeline: number;
  /** Two mintings of one timeline are the same when this is the same. */
  by: string;
  node: string;
  atNs?: number;
}

function doubles(mintings: readonly Minting[], what: (timeline: number, ways: string[]) => string): Break[] {
  return [...Map.groupBy(mintings, ({ timeline }) => timeline)].flatMap(([timeline, group]) => {
    const ways = [...new Set(group.map(({ by }) => by))];
    const second = group.find(({ by }) => by === ways[1]);
    if (second === undefined) return [];
    return [{ what: what(timeline, ways), node: second.node, ...(second.atNs === undefined ? {} : { atNs: second.atNs }) }];
  });
}

interface Link {
  timeline: number;
  /** Where the next timeline left it; null: it is the last. */
  switchLsn: string | null;
}

function chainOf({ timelineHistory, sql }: MemberFinal): Link[] {
  const past = timelineHistory.map(({ timeline, switchLsn }) => ({ timeline, switchLsn }));
  return sql === null ? past : [...past, { timeline: sql.timeline, switchLsn: null }];
}

function text(chain: readonly Link[]): string {
  return chain.map(({ timeline, switchLsn }) => (switchLsn === null ? `${timeline}` : `${timeline} to ${switchLsn}`)).join(', ');
}
