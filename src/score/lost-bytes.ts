import { lsnDiffBytes } from '../base/lsn.ts';
import type { Evidence, Operation } from '../history/evidence.ts';
import { finalLeadership, leadershipAt } from './leadership.ts';
import type { RpoResult } from './types.ts';
import { faultStart } from './window.ts';

type LostBytes = Pick<RpoResult, 'bytes' | 'bytesMethod'>;

/** Where a timeline that was left ended, as the history of the final primary says. */
interface Fork {
  timeline: number;
  switchLsn: string;
}

/**
 * WAL past the fork on every timeline that was left since the fault: what an old primary held beyond it where that was
 * captured, else up to the last lost acknowledgement. `lost` null: what was lost is not known.
 */
export function lostBytes(evidence: Evidence, lost: readonly Operation[] | null): LostBytes {
  const startNs = faultStart(evidence);
  const before = startNs === null ? null : leadershipAt(evidence, startNs);
  const after = finalLeadership(evidence);
  if (before === null || after === null) {
    return { bytes: null, bytesMethod: `not known: no member was seen leading ${before === null ? 'before the fault' : 'at the end'}` };
  }
  if (after.timeline === before.timeline) return { bytes: 0, bytesMethod: `no fork: timeline ${after.timeline} throughout` };
  const history = evidence.final?.members.find(({ member }) => member === after.primary)?.timelineHistory ?? [];
  const forks = history.filter(({ timeline }) => timeline >= before.timeline && timeline < after.timeline);
  if (forks.length === 0)
    return { bytes: null, bytesMethod: `not known: the history of timeline ${after.timeline} does not say where it forked` };
  const parts = forks.map((fork) => pastFork(evidence, fork, lost));
  const known = parts.every(({ bytes }) => bytes !== null);
  return {
    bytes: known ? parts.reduce((total, { bytes }) => total + (bytes ?? 0), 0) : null,
    bytesMethod: parts.map(({ bytesMethod }) => bytesMethod).join('; '),
  };
}

function pastFork(evidence: Evidence, fork: Fork, lost: readonly Operation[] | null): LostBytes {
  const captured = evidence.divergences.map(({ divergence }) => divergence).filter((one) => one?.timeline === fork.timeline);
  const where = `the fork of timeline ${fork.timeline} at ${fork.switchLsn}`;
  if (captured.length > 0) {
    const bytes = captured.map((one) => pastBytes(fork, one?.endLsn ?? fork.switchLsn));
    const commits = captured.flatMap((one) => one?.commits ?? []).filter(({ lsn }) => lsnDiffBytes(fork.switchLsn, lsn) > 0).length;
    const methods = captured.map((one) => `${one?.member} to ${one?.endLsn} (${one?.method})`).join(', ');
    return { bytes: Math.max(...bytes), bytesMethod: `from ${where} to the end of WAL of ${methods}; ${commits} commits in it` };
  }
  const why = evidence.divergences.map(({ reason }) => reason).find((reason) => reason !== null) ?? 'nobody looked';
  const unseen = `what the old primary held beyond ${where} was not captured (${why})`;
  if (lost === null) return { bytes: null, bytesMethod: `not known: ${unseen}` };
  return { ...byAcknowledgements(fork, lost), bytesMethod: `${byAcknowledgements(fork, lost).bytesMethod}; ${unseen}` };
}

/** Positions are taken before the commit record is written, so this falls short by the last commit record. */
function byAcknowledgements(fork: Fork, lost: readonly Operation[]): LostBytes {
  const onTimeline = lost.filter(({ value }) => value?.timeline === undefined || value.timeline === fork.timeline);
  if (onTimeline.length === 0) return { bytes: 0, bytesMethod: 'no acknowledged write is missing' };
  const positions = onTimeline.flatMap(({ value }) => (value?.lsn === undefined ? [] : [pastBytes(fork, value.lsn)]));
  if (positions.length === 0) return { bytes: null, bytesMethod: 'not known: the lost writes carry no WAL position' };
  return { bytes: positions.reduce((most, bytes) => Math.max(most, bytes), 0), bytesMethod: 'up to the last lost acknowledgement' };
}

function pastBytes(fork: Fork, lsn: string): number {
  return Math.max(0, lsnDiffBytes(fork.switchLsn, lsn));
}
