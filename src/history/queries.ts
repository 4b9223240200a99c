import type { Evidence, Operation, Series } from './evidence.ts';
import type { FinalPart, FinalState, MemberFinal } from './final-state.ts';

/** Questions that several checks ask of the evidence. */

/** `12.345 s`: an instant on the run's axis, for people. */
export function atSeconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

/** Names of the nodes that run PostgreSQL. */
export function memberNames(evidence: Evidence): string[] {
  return evidence.run.nodes.filter(({ roles }) => roles.includes('postgres')).map(({ name }) => name);
}

/** The node that has an address; null: none of the run's. */
export function nodeAt(evidence: Evidence, address: string): string | null {
  return evidence.run.nodes.find((node) => node.address === address)?.name ?? null;
}

/** Series that write, in the order they were declared. */
export function writeSeries(evidence: Evidence): Series[] {
  return [...evidence.series.values()].filter(({ declared }) => declared.access === 'write');
}

/** An acknowledged write, and who took it: as the server said of itself, or as the series asked. Null: not known. */
export interface AcknowledgedWrite {
  operation: Operation;
  route: string;
  startNs: number;
  endNs: number;
  node: string | null;
  timeline: number | null;
}

/** Every acknowledged write of every series, by the time it was sent. */
export function acknowledgedWrites(evidence: Evidence): AcknowledgedWrite[] {
  const nodes = new Map(evidence.run.nodes.map(({ name, address }) => [address, name]));
  const writes = writeSeries(evidence).flatMap(({ declared: { route }, operations }) => {
    const asked = route.startsWith('member:') ? route.slice('member:'.length) : null;
    return operations.flatMap((operation): AcknowledgedWrite[] => {
      const { outcome, startNs, endNs, value } = operation;
      if (outcome !== 'ok' || endNs === null) return [];
      const node = value?.server === undefined ? asked : (nodes.get(value.server) ?? asked);
      return [{ operation, route, startNs, endNs, node, timeline: value?.timeline ?? null }];
    });
  });
  return writes.toSorted((a, b) => a.startNs - b.startNs);
}

/** Operations as an offence names them; a reader needs some, not all. */
export function named(operations: readonly Operation[]): { series: string; op: number }[] {
  return operations.slice(0, 100).map(({ series, op }) => ({ series, op }));
}

/** What the capture could not read of a part (and of a member, where given). */
export function gapsOf(final: FinalState, part: FinalPart, member?: string): string[] {
  return final.gaps.filter((gap) => (member === undefined ? new RegExp(`^${part}\\b`).test(gap) : gap.startsWith(`${part} on ${member}:`)));
}

/** The member that takes writes at the end, with what SQL says of it; null where there is none. */
export function finalPrimary(final: FinalState): { member: MemberFinal; sql: NonNullable<MemberFinal['sql']> } | null {
  const member = final.members.find((one) => one.member === final.primary);
  return member?.sql == null ? null : { member, sql: member.sql };
}

/** What is wrong with the files that the evidence was read from: whatever is not found wanting may be what was not read. */
export function defectsOf(evidence: Evidence): string[] {
  return evidence.defects.length === 0 ? [] : [`the history is damaged (${evidence.defects[0]})`];
}
