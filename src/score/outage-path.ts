import type { Evidence } from '../history/evidence.ts';
import { leadershipAt } from './leadership.ts';
import { leaderElected, leaderGone, readyLogged, restarting, routed, seenWritable, type Proof } from './proofs.ts';
import type { OutageEdge } from './types.ts';
import type { Window } from './window.ts';

/** A step that an outage goes through, and everything that may prove that it was done. */
export interface Step {
  edge: Exclude<OutageEdge['edge'], 'unexplained' | 'first-write'>;
  /** What it means, for a person. */
  detail: string;
  proofs: Proof[];
  /** It need not happen: nothing is unexplained without it. */
  optional: boolean;
  /** The step it waits for; by default the one before. What was done while another step went on costs no time of its own. */
  needs?: Step['edge'];
}

/**
 * The steps from a fault to the first write, in the order in which they depend on one another: through another leader where
 * there was one, else through the restart of the same server. Empty: neither was seen.
 */
export function stepsOf(evidence: Evidence, route: string, { fromNs, toNs }: Window): Step[] {
  const within = ({ atNs }: Proof): boolean => atNs > fromNs && atNs <= toNs;
  const before = leadershipAt(evidence, fromNs);
  const successor =
    leaderElected(evidence, before?.primary ?? null)
      .filter(within)
      .sort(byTime)[0]?.member ?? successorBySql(evidence, before, within);
  if (successor !== null) return failoverSteps(evidence, route, { old: before?.primary ?? null, successor, above: before?.timeline ?? 0 });
  if (before === null || ![...restarting(evidence, before.primary), ...readyLogged(evidence, before.primary)].some(within)) return [];
  return restartSteps(evidence, route, before.primary, before.timeline);
}

/** Nobody saw the key change hands, but another member took writes on a higher timeline. */
function successorBySql(evidence: Evidence, before: ReturnType<typeof leadershipAt>, within: (proof: Proof) => boolean): string | null {
  if (before === null) return null;
  const members = new Set(evidence.members.map(({ member }) => member));
  members.delete(before.primary);
  return [...members].find((member) => seenWritable(evidence, member, before.timeline).some(within)) ?? null;
}

function failoverSteps(
  evidence: Evidence,
  route: string,
  { old, successor, above }: { old: string | null; successor: string; above: number },
): Step[] {
  const elected = leaderElected(evidence, old).filter(({ member }) => member === successor);
  const promoted = [...readyLogged(evidence, successor), ...seenWritable(evidence, successor, above)];
  const step = (edge: Step['edge'], detail: string, proofs: Proof[]): Step => ({ edge, detail, proofs, optional: false });
  return [
    step('detection', `until ${old ?? 'the old primary'} no longer held the leader key`, leaderGone(evidence)),
    step('election', `until ${successor} had won the leader key`, elected),
    step('promotion', `until ${successor} took writes`, promoted),
    // A router may move as soon as the lock is won, while the promotion still goes on.
    { ...step('routing', `until the route ${route} led to ${successor}`, routed(evidence, route, successor)), needs: 'election' },
  ];
}

function restartSteps(evidence: Evidence, route: string, member: string, timeline: number): Step[] {
  const starting = restarting(evidence, member);
  // Without the line that it starts, a sample may be from before it went down.
  const seen = starting.length === 0 ? [] : seenWritable(evidence, member, timeline - 1);
  const step = (edge: Step['edge'], detail: string, proofs: Proof[], optional = false): Step => ({ edge, detail, proofs, optional });
  return [
    step('detection', `until ${member} was being started again`, starting),
    step('restart', `until ${member} took writes again`, [...readyLogged(evidence, member), ...seen]),
    // A router that never noticed has nothing to move.
    { ...step('routing', `until the route ${route} led to ${member} again`, routed(evidence, route, member), true), needs: 'detection' },
  ];
}

function byTime(a: Proof, b: Proof): number {
  return a.atNs - b.atNs;
}
