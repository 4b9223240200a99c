import type { FinalState } from './final-state.ts';
import { finalPrimary, gapsOf } from './queries.ts';

/** How a member stands to the primary at the end. */
export interface Following {
  /** What keeps it from following, one clause each; empty where it does, or is the primary. */
  problems: string[];
  /** What the capture does not tell. */
  missing: string[];
}

/** Whether a member streams from a server on the primary's timeline, as the same cluster, and replays what it gets. */
export function following(final: FinalState, name: string): Following {
  const member = final.members.find((one) => one.member === name);
  const primary = finalPrimary(final);
  if (member === undefined) return { problems: [], missing: [`${name} is not in the final state`] };
  if (name === final.primary) return { problems: [], missing: [] };
  const { sql } = member;
  if (sql === null) return { problems: [`does not answer SQL (${member.sqlError ?? 'no reason given'})`], missing: [] };
  const problems: string[] = [];
  if (!sql.inRecovery) problems.push('is not in recovery: it is no standby');
  else if (sql.walReceiver === undefined) problems.push('receives no WAL');
  else if (sql.walReceiver.status !== 'streaming') problems.push(`has a WAL receiver that is ${sql.walReceiver.status}, not streaming`);
  if (sql.inRecovery && sql.replayAdvanced === false) problems.push(`stands still at ${sql.lsn}: it did not replay what the primary wrote`);
  const missing: string[] = [];
  if (primary === null) missing.push('there is no single primary to follow');
  else {
    const timelines = [sql.timeline, ...(sql.walReceiver === undefined ? [] : [sql.walReceiver.timeline])];
    const wrong = timelines.find((timeline) => timeline !== primary.sql.timeline);
    if (wrong !== undefined) problems.push(`is on timeline ${wrong}, the primary on ${primary.sql.timeline}`);
    if (sql.systemIdentifier !== primary.sql.systemIdentifier) problems.push('has another system identifier: it is another cluster');
  }
  if (sql.inRecovery && sql.replayAdvanced === null) {
    missing.push(gapsOf(final, 'marker')[0] ?? `no marker was written for ${name} to replay`);
  }
  return { problems, missing };
}
