import type { Scenario } from '../scenario/schema.ts';

/** A target and where it comes from: `scenario`, `tier 1`. */
export interface Limit<T> {
  limit: T;
  from: string;
}

/** What a drill is held to. Durations in ms, as in the scenario; null: nothing is asked. */
export interface Limits {
  rto: Record<string, Limit<number>>;
  transactions: Limit<number> | null;
  secondsMs: Limit<number> | null;
  bytes: Limit<number> | null;
  redundancyMs: Limit<number> | null;
  failover: Limit<'expected' | 'none'> | null;
}

type Objectives = Scenario['objectives'];

/** What the scenario states, completed by what its tier asks for (`tier` null: it names none). The scenario's own word goes first. */
export function limitsOf(stated: Objectives, tier: { name: string; objectives: Objectives } | null = null): Limits {
  const pick = <T>(of: (objectives: Objectives) => T | undefined): Limit<T> | null => {
    const own = of(stated);
    if (own !== undefined) return { limit: own, from: 'scenario' };
    const asked = tier === null ? undefined : of(tier.objectives);
    return tier === null || asked === undefined ? null : { limit: asked, from: tier.name };
  };
  const routes = new Set([...Object.keys(stated.rto), ...Object.keys(tier?.objectives.rto ?? {})]);
  const rto = [...routes].map((route) => [route, pick(({ rto }) => rto[route])] as const);
  return {
    rto: Object.fromEntries(rto.flatMap(([route, limit]) => (limit === null ? [] : [[route, limit]]))),
    transactions: pick(({ rpo }) => rpo.transactions),
    secondsMs: pick(({ rpo }) => rpo.seconds),
    bytes: pick(({ rpo }) => rpo.bytes),
    redundancyMs: pick(({ redundancy }) => redundancy),
    failover: pick(({ failover }) => failover),
  };
}
