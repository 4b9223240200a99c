import { readFile } from 'node:fs/promises';
import { messageOf } from '../base/errors.ts';
import { isLsn } from '../base/lsn.ts';
import type { FinalState } from './final-state.ts';

/** Reads the captured final state: null with a reason where it cannot be had. */
export async function readFinal(path: string): Promise<{ final: FinalState; reason: null } | { final: null; reason: string }> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { final: null, reason: missing ? 'the file is missing' : `the file cannot be read: ${messageOf(error)}` };
  }
  return isFinalState(value) ? { final: value, reason: null } : { final: null, reason: 'not a captured final state' };
}

const lists = ['gaps', 'members', 'sequences', 'amcheck', 'routes'] as const;

function isFinalState(value: unknown): value is FinalState {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Record<string, unknown>;
  return (
    Number.isFinite(state['capturedNs']) &&
    lists.every((field) => Array.isArray(state[field])) &&
    areRows(state['rows']) &&
    areMembers(state['members'])
  );
}

function areMembers(members: unknown): boolean {
  return (members as FinalState['members']).every(({ timelineHistory }) => timelineHistory.every(({ switchLsn }) => isLsn(switchLsn)));
}

function areRows(rows: unknown): boolean {
  if (rows === null) return true;
  if (typeof rows !== 'object') return false;
  return Object.values(rows).every(areRanges);
}

/** Ascending and disjoint, as the search for a row relies on it. */
function areRanges(ranges: unknown): boolean {
  let previous = -1;
  if (!Array.isArray(ranges)) return false;
  return ranges.every((range: unknown) => {
    if (!Array.isArray(range) || range.length !== 2) return false;
    const [first, last] = range as [unknown, unknown];
    const ordered = Number.isSafeInteger(first) && Number.isSafeInteger(last) && Number(first) > previous && Number(last) >= Number(first);
    previous = Number(last);
    return ordered;
  });
}
