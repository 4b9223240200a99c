import type { MemberSample } from './observations.ts';

const primaryRoles = new Set(['primary', 'master', 'leader']);
const standbyRoles = new Set(['replica', 'standby', 'sync_standby', 'standby_leader']);
const upStates = new Set(['running', 'streaming', 'in archive recovery']);
const downStates = new Set(['stopped', 'crashed', 'start failed']);

/** What an agent claims that SQL contradicts, one clause each. Roles and states that promise nothing (`starting`) claim nothing. */
export function agentClaims(agent: { role: string; state: string }, sql: { inRecovery: boolean } | null, sqlError?: string): string[] {
  if (sql === null)
    return upStates.has(agent.state) ? [`the agent says ${agent.state}, SQL does not answer (${sqlError ?? 'no reason given'})`] : [];
  const claims: string[] = [];
  if (primaryRoles.has(agent.role) && sql.inRecovery) claims.push(`the agent says ${agent.role}, SQL is in recovery`);
  if (standbyRoles.has(agent.role) && !sql.inRecovery) claims.push(`the agent says ${agent.role}, SQL is not in recovery`);
  if (downStates.has(agent.state)) claims.push(`the agent says ${agent.state}, SQL answers`);
  return claims;
}

/** A claim that SQL contradicted in every sample of a member from `fromNs` to `toNs`. */
export interface Contradiction {
  member: string;
  what: string;
  fromNs: number;
  toNs: number;
}

/** Runs of consecutive samples with the same contradiction; the reason that SQL gave for not answering may change on the way. */
export function contradictions(samples: readonly MemberSample[]): Contradiction[] {
  return [...Map.groupBy(samples, ({ member }) => member)].flatMap(([member, own]) => {
    const all: Contradiction[] = [];
    let open = new Map<string, Contradiction>();
    for (const { atNs, sql, sqlError, agent } of own) {
      const still = new Map<string, Contradiction>();
      for (const what of agent === null ? [] : agentClaims(agent, sql, sqlError)) {
        const kind = what.replace(/ \(.*\)$/, '');
        const run = open.get(kind) ?? { member, what, fromNs: atNs, toNs: atNs };
        run.toNs = atNs;
        if (!open.has(kind)) all.push(run);
        still.set(kind, run);
      }
      open = still;
    }
    return all;
  });
}
