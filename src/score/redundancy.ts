import type { Evidence } from '../history/evidence.ts';
import type { FinalState } from '../history/final-state.ts';
import type { MemberSample } from '../history/observations.ts';
import { clientsEnd } from './window.ts';

/**
 * When every member streamed again after the fault, for good: the last turn from "not whole" to "whole" in the samples of
 * members. Where they do not show it, but the final state is whole, when that was captured: by then it was. The fault
 * itself where redundancy was whole throughout; null where it was not whole at the end.
 */
export function redundancyWholeNs(evidence: Evidence, startNs: number): number | null {
  const turns = wholeTurns(evidence.members.filter(({ atNs }) => atNs < clientsEnd(evidence)));
  const last = turns.at(-1);
  if (last?.whole === true) return Math.max(startNs, last.atNs);
  return evidence.final !== null && isFinallyWhole(evidence.final) ? evidence.final.capturedNs : null;
}

/** When redundancy became whole or ceased to be, by the newest sample of each member; told once every member was sampled. */
function wholeTurns(samples: readonly MemberSample[]): { atNs: number; whole: boolean }[] {
  const members = new Set(samples.map(({ member }) => member));
  const newest = new Map<string, MemberSample>();
  const turns: { atNs: number; whole: boolean }[] = [];
  for (const sample of samples) {
    newest.set(sample.member, sample);
    if (newest.size < members.size) continue;
    const whole = isWhole([...newest.values()]);
    if (turns.at(-1)?.whole !== whole) turns.push({ atNs: sample.atNs, whole });
  }
  return turns;
}

/** One member takes writes, and every other streams on its timeline. */
function isWhole(samples: readonly MemberSample[]): boolean {
  const primaries = samples.filter(({ sql }) => sql !== null && !sql.inRecovery);
  const timeline = primaries[0]?.sql?.timeline;
  if (primaries.length !== 1) return false;
  return samples.every(({ sql, agent }) => {
    if (sql === null || sql.timeline !== timeline) return false;
    return !sql.inRecovery || sql.upstream !== undefined || agent?.state === 'streaming';
  });
}

function isFinallyWhole({ primary: name, members }: FinalState): boolean {
  const primary = members.find(({ member }) => member === name);
  if (primary?.sql == null) return false;
  const { timeline } = primary.sql;
  return members.every(({ member, sql }) => {
    if (sql === null || sql.timeline !== timeline) return false;
    return member === primary.member || (sql.inRecovery && sql.walReceiver?.status === 'streaming');
  });
}
