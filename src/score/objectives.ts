import type { Evidence } from '../history/evidence.ts';
import { finalLeadership, leadershipAt } from './leadership.ts';
import type { Limit, Limits } from './limits.ts';
import type { ObjectiveResult, RtoResult, Scores } from './types.ts';
import { faultStart } from './window.ts';

/** Every objective that the drill is held to, measured. `met` null: the evidence does not say. */
export function judgeObjectives(evidence: Evidence, scores: Scores, limits: Limits): ObjectiveResult[] {
  const { rpo, recovery } = scores;
  const results = Object.entries(limits.rto).map(([route, limit]) => rtoObjective(evidence, scores.rto[route], route, limit));
  if (limits.transactions !== null)
    results.push(atMost('rpo.transactions', 'transactions', rpo.transactions, limits.transactions, lostNote(scores)));
  if (limits.secondsMs !== null) results.push(atMost('rpo.seconds', 's', rpo.seconds, inSeconds(limits.secondsMs), lostNote(scores)));
  if (limits.bytes !== null) results.push(atMost('rpo.bytes', 'bytes', rpo.bytes, limits.bytes, rpo.bytesMethod));
  if (limits.redundancyMs !== null) {
    const note =
      recovery.redundancyWholeSeconds === null
        ? 'redundancy was not whole when the drill ended'
        : 'from the fault until every member streamed';
    results.push(redundancyObjective(evidence, recovery.redundancyWholeSeconds, inSeconds(limits.redundancyMs), note));
  }
  if (limits.failover !== null) results.push(failoverObjective(evidence, limits.failover));
  return results;
}

const inSeconds = ({ limit, from }: Limit<number>): Limit<number> => ({ limit: limit / 1000, from });

function atMost(name: string, unit: string, measured: number | null, { limit, from }: Limit<number>, note: string): ObjectiveResult {
  return { name, limit, unit, measured, met: measured === null ? null : measured <= limit, from, note };
}

function lostNote({ rpo }: Scores): string {
  if (rpo.transactions === null) return 'the rows at the end could not be read';
  return `${rpo.acknowledged} acknowledged writes compared; ${rpo.indeterminate} of unknown outcome, of which ${rpo.indeterminatePresent} are there`;
}

function rtoObjective(
  evidence: Evidence,
  rto: RtoResult | undefined,
  route: string,
  { limit: limitMs, from }: Limit<number>,
): ObjectiveResult {
  const limit = limitMs / 1000;
  const result = (met: boolean | null, note: string): ObjectiveResult => ({
    name: `rto.${route}`,
    limit,
    unit: 's',
    measured: rto?.seconds ?? null,
    met,
    from,
    note,
  });
  if (rto === undefined) return result(null, 'no series measured this route after a fault took hold');
  const interval = `between ${rto.lower.toFixed(3)} s and ${rto.upper.toFixed(3)} s by ${rto.series}`;
  if (rto.censored) {
    const least = `at least ${rto.lower.toFixed(3)} s by ${rto.series}: not served again while it was observed`;
    // What lasted longer than the limit has missed it, whenever it would have ended.
    return result(rto.lower > limit ? false : null, least);
  }
  if (rto.seconds !== null) return result(rto.seconds <= limit, interval);
  if (rto.slots.total < evidence.scenario.measure.consecutive)
    return result(null, `only ${rto.slots.total} slots after the fault: too few to see an outage`);
  const hidden = `no slot of ${rto.slots.total} was refused; an outage of up to ${rto.upper.toFixed(3)} s could hide between them`;
  return result(rto.upper <= limit ? true : null, hidden);
}

/** Redundancy that never came back has missed the limit once the drill watched for longer. */
function redundancyObjective(evidence: Evidence, measured: number | null, limit: Limit<number>, note: string): ObjectiveResult {
  const result = atMost('redundancy', 's', measured, limit, note);
  const startNs = faultStart(evidence);
  const lastNs = evidence.members.at(-1)?.atNs;
  if (measured !== null || startNs === null || lastNs === undefined) return result;
  return (lastNs - startNs) / 1e9 > limit.limit ? { ...result, met: false } : result;
}

function failoverObjective(evidence: Evidence, { limit, from }: Limit<'expected' | 'none'>): ObjectiveResult {
  const startNs = faultStart(evidence);
  const before = startNs === null ? null : leadershipAt(evidence, startNs);
  const after = finalLeadership(evidence);
  const result = (measured: string | null, met: boolean | null, note: string): ObjectiveResult => ({
    name: 'failover',
    limit,
    unit: '',
    measured,
    met,
    from,
    note,
  });
  if (before === null) return result(null, null, 'no member was seen leading before the fault');
  if (after === null) return result(null, null, 'no single member was seen leading at the end');
  const note = `${before.primary} on timeline ${before.timeline}, then ${after.primary} on timeline ${after.timeline}`;
  const stayed = before.primary === after.primary && before.timeline === after.timeline;
  const handedOver = before.primary !== after.primary && after.timeline > before.timeline;
  const measured = stayed ? 'none' : handedOver ? 'failover' : 'changed';
  return result(measured, limit === 'none' ? stayed : handedOver, note);
}
