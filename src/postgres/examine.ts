import type { RunClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Capabilities, Member } from '../contract/topology.ts';
import type { AmcheckFinal, FinalPart, FinalState, MemberFinal } from '../history/final-state.ts';
import { checkIndexes, ensureAmcheck } from './amcheck.ts';
import { Budget } from './budget.ts';
import { replayedPast, writeMarker, type Marker } from './marker.ts';
import { readChecksumFailures, readMember, readReplayTimeline, readTimelineHistory } from './member-final.ts';
import { readRoute, type RouteTarget } from './route-final.ts';
import { readBank, readRows, type WrittenSeries } from './rows.ts';
import { readSequences } from './sequences.ts';
import { SqlSession, type SessionLimits, type SqlError, type SqlResult } from './session.ts';

export interface FinalCaptureOptions {
  members: readonly Member[];
  /** What the agent of a member says; may throw. */
  agents: Capabilities['agent'];
  /** Routes with hosts that are reachable from here. */
  routes: readonly RouteTarget[];
  clock: RunClock;
  series: readonly WrittenSeries[];
  bank: { accounts: number; initialBalance: number };
  budgetMs: number;
}

const connectMs = 5000;

/** A member as it was found when the capture began. */
type Asked = { member: Member; session: SqlSession; inRecovery: boolean } | { member: Member; error: SqlError };

/**
 * Captures the final state (see history/final-state.ts) from outside, by SQL on every member and every route.
 * Never throws: what could not be read within the budget is a gap.
 */
export async function captureFinal(options: FinalCaptureOptions): Promise<FinalState> {
  await using scope = new AsyncDisposableStack();
  const budget = new Budget(options.budgetMs);
  const gaps: string[] = [];
  const capturedNs = options.clock.nowNs();
  const asked = await Promise.all(options.members.map((member) => ask(member, budget, scope)));
  const writable = asked.filter((one) => 'session' in one && !one.inRecovery);
  const primary = writable.length === 1 ? writable[0] : undefined;
  const session = primary !== undefined && 'session' in primary ? primary.session : null;

  const note = noter(gaps);
  const fromPrimary = async <T>(part: FinalPart, read: (on: SqlSession) => Promise<SqlResult<T>>): Promise<T | null> => {
    if (session !== null) return note(part, null, await read(session));
    gaps.push(`${part}: ${writable.length} members take writes, so there is none to read from`);
    return null;
  };

  await fromPrimary('amcheck', ensureAmcheck);
  // Replay and routes are looked at together: the age of a replica's newest commit grows while a standstill elsewhere is waited for.
  const marker = await fromPrimary('marker', writeMarker);
  const [advanced, routes] = await Promise.all([
    Promise.all(asked.map((one) => advancedPast(one, marker, budget, note))),
    Promise.all(options.routes.map((route) => readRoute(route, marker, budget))),
  ]);
  const rows = await fromPrimary('rows', (on) => readRows(on, options.series));
  const sequences = await fromPrimary('sequences', readSequences);
  const bank = await fromPrimary('bank', (on) => readBank(on, options.bank));
  const amcheck = await Promise.all(asked.map((one) => amcheckOf(one, budget, gaps)));
  // Members come last, so that checksum failures which all this reading met are counted.
  const members = await Promise.all(
    asked.map((one, index) => finish(one, advanced[index] ?? null, { budget, agents: options.agents, note })),
  );
  return {
    capturedNs,
    primary: primary?.member.node.name ?? null,
    gaps,
    members,
    rows,
    sequences: sequences ?? [],
    bank,
    amcheck: amcheck.flat(),
    routes,
  };
}

const limitsWithin = (budget: Budget): SessionLimits => ({
  connectMs: budget.remainingMs(connectMs),
  statementMs: budget.remainingMs(),
  applicationName: 'pgdrill-examine',
});

/** Opens a session that lives as long as the capture, and finds out the member's role. */
async function ask(member: Member, budget: Budget, scope: AsyncDisposableStack): Promise<Asked> {
  const opened = await SqlSession.open(member.sql, limitsWithin(budget));
  if (!opened.ok) return { member, error: opened.error };
  const session = scope.use(opened.value);
  const role = await session.query<{ inRecovery: boolean }>(
    'SELECT pg_is_in_recovery() AS "inRecovery"',
    [],
    budget.remainingMs(connectMs),
  );
  return role.ok ? { member, session, inRecovery: role.value[0]?.inRecovery ?? true } : { member, error: role.error };
}

/** Takes a read's value, or turns its failure into a gap that opens with its part. */
type Noter = <T>(part: FinalPart, member: string | null, result: SqlResult<T>) => T | null;

function noter(gaps: string[]): Noter {
  return (part, member, result) => {
    if (result.ok) return result.value;
    gaps.push(`${part}${member === null ? '' : ` on ${member}`}: ${result.error.message}`);
    return null;
  };
}

/** Whether a standby replays; null on a primary, and where there is no marker to go by. */
async function advancedPast(asked: Asked, marker: Marker | null, budget: Budget, note: Noter): Promise<boolean | null> {
  if (!('session' in asked) || !asked.inRecovery || marker === null) return null;
  return note('marker', asked.member.node.name, await replayedPast(asked.session, marker, budget));
}

/** What SQL and the agent say of one member. */
async function finish(
  asked: Asked,
  replayAdvanced: boolean | null,
  { budget, agents, note }: { budget: Budget; agents: Capabilities['agent']; note: Noter },
): Promise<MemberFinal> {
  const { name, address } = asked.member.node;
  const agent = await agentOf(name, agents);
  if (!('session' in asked)) return { member: name, address, sql: null, sqlError: asked.error.message, ...agent, timelineHistory: [] };
  const read = await readMember(asked.session, replayAdvanced);
  const sql = note('member', name, read);
  const sqlError = read.ok ? {} : { sqlError: read.error.message };
  if (sql === null) return { member: name, address, sql, ...sqlError, ...agent, timelineHistory: [] };
  if (sql.inRecovery)
    sql.timeline = note('history', name, await readReplayTimeline(asked.member.sql, limitsWithin(budget))) ?? sql.timeline;
  const history = note('history', name, await readTimelineHistory(asked.session, sql.timeline));
  const checksumFailures = note('member', name, await readChecksumFailures(asked.session));
  return { member: name, address, sql: { ...sql, checksumFailures }, ...agent, timelineHistory: history ?? [] };
}

async function agentOf(member: string, agents: Capabilities['agent']): Promise<Pick<MemberFinal, 'agent' | 'agentError'>> {
  try {
    const agent = await agents(member);
    return agent === null ? { agent, agentError: 'it does not answer' } : { agent };
  } catch (error) {
    return { agent: null, agentError: messageOf(error) };
  }
}

async function amcheckOf(asked: Asked, budget: Budget, gaps: string[]): Promise<AmcheckFinal[]> {
  const { name } = asked.member.node;
  if (!('session' in asked)) return [];
  return checkIndexes(asked.session, name, budget, (sentence) => gaps.push(`amcheck on ${name}: ${sentence}`));
}
