import type { Evidence, Operation } from '../../src/history/evidence.ts';
import type { FinalState, MemberFinal } from '../../src/history/final-state.ts';

/** Evidence with one series' operations bent one by one; null drops an operation. */
export function bendSeries(evidence: Evidence, series: string, bend: (operation: Operation) => Operation | null): Evidence {
  const found = evidence.series.get(series);
  if (found === undefined) throw new Error(`no series ${series}`);
  const operations = found.operations.map(bend).filter((operation) => operation !== null);
  return { ...evidence, series: new Map([...evidence.series, [series, { ...found, operations }]]) };
}

export function bendFinal(evidence: Evidence, bend: (final: FinalState) => Partial<FinalState>): Evidence {
  if (evidence.final === null) throw new Error('no final state to bend');
  return { ...evidence, final: { ...evidence.final, ...bend(evidence.final) } };
}

/** The final state of one member bent. */
export function bendMember(evidence: Evidence, name: string, bend: (member: MemberFinal) => Partial<MemberFinal>): Evidence {
  return bendFinal(evidence, ({ members }) => ({
    members: members.map((member) => (member.member === name ? { ...member, ...bend(member) } : member)),
  }));
}

/** What SQL says of one member at the end bent. */
export function bendSql(evidence: Evidence, name: string, patch: Partial<NonNullable<MemberFinal['sql']>>): Evidence {
  return bendMember(evidence, name, ({ sql }) => ({ sql: sql === null ? null : { ...sql, ...patch } }));
}
