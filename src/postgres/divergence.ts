import type { RunClock } from '../base/clock.ts';
import { DrillError } from '../base/errors.ts';
import type { NodeHandle } from '../contract/node.ts';
import type { Divergence } from '../history/final-state.ts';
import { describeScript, legsFrom, parseWalDirectory, type WalDirectory, type WalLeg } from './wal-directory.ts';
import { endOfRecordLine, parseCommits } from './waldump.ts';

export interface DivergenceOptions {
  dataDir: string;
  binDir: string;
  /** Commits after this position are listed; a position before the fault, as the fork is found later. */
  sinceLsn: string;
  sinceTimeline: number;
  clock: RunClock;
  budgetMs?: number;
}

const defaultBudgetMs = 30_000;

/**
 * What an old primary holds beyond a position, read from its files in a container beside it: it may be dead, stopped or
 * frozen, and nothing is changed. WAL that never reached the kernel is not in it: a killed process loses what it had not written.
 * @throws DrillError `fault-failed` when the directory cannot be read, `wait-timeout` past the budget.
 */
export async function captureDivergence(node: NodeHandle, workload: string, options: DivergenceOptions): Promise<Divergence> {
  const { dataDir, binDir, sinceLsn, sinceTimeline, clock, budgetMs = defaultBudgetMs } = options;
  const beside = async (script: string): Promise<string> => {
    const result = await node.runBeside(workload, ['sh', '-c', script], { user: 'root', budgetMs });
    if (result.exitCode === 0) return result.stdout;
    throw new DrillError(`WAL of ${node.name} cannot be read: ${lastLine(result.stderr) ?? `exit code ${result.exitCode}`}`, {
      code: 'fault-failed',
    });
  };
  const atNs = clock.nowNs();
  const directory = parseWalDirectory(await beside(describeScript(dataDir, binDir)));
  const legs = legsFrom(directory, sinceTimeline, sinceLsn);
  const dump = await beside(`export LC_ALL=C TZ=UTC\n${legs.map((leg) => dumpScript(leg, dataDir, binDir)).join('\n')}`);
  const end = endOfDump(dump, legs, directory);
  if ('missing' in end) throw new DrillError(`WAL of ${node.name} past ${sinceLsn} is not whole: ${end.missing}`, { code: 'fault-failed' });
  const stretches = legs.map((leg) => `timeline ${leg.timeline} from ${leg.start}`).join(', ');
  return {
    member: node.name,
    atNs,
    timeline: directory.timeline,
    endLsn: end.lsn,
    commits: parseCommits(dump, directory.layout),
    sinceLsn,
    method: `pg_waldump of its own files (${directory.clusterState}), ${stretches}; valid WAL ends there: ${end.because}`,
  };
}

/** Where valid WAL ends, and why reading stopped there; or what is missing on the way. */
function endOfDump(dump: string, legs: WalLeg[], directory: WalDirectory): { lsn: string; because: string } | { missing: string } {
  const parts = dump.split(/^leg: .*\n/m).slice(1);
  for (const [index, leg] of legs.entries()) {
    const lines = parts[index]?.split('\n') ?? [];
    const found = (word: string): string | undefined => lines.find((line) => line.startsWith(`${word}: `))?.slice(word.length + 2);
    const [last, stopped] = [found('last'), found('stopped')];
    // A stretch with an end is read to it without complaint; the last one always stops at something that is not a record.
    if (leg.end !== null && stopped !== undefined) return { missing: `timeline ${leg.timeline}: ${stopped}` };
    if (leg.end !== null) continue;
    const because = stopped ?? 'the end of the file';
    const lsn = last === undefined ? null : endOfRecordLine(last, directory.layout);
    if (lsn !== null) return { lsn, because };
    return because.startsWith('could not find a valid record after') ? { lsn: leg.start, because } : { missing: because };
  }
  return { missing: 'there is no stretch to read' };
}

/** Prints the commits of a stretch of WAL, then its very last record (of any kind), then why reading stopped. */
function dumpScript({ timeline, start, end }: WalLeg, dataDir: string, binDir: string): string {
  const range = `--timeline=${timeline} --start=${start}${end === null ? '' : ` --end=${end}`}`;
  return `echo 'leg: timeline ${timeline}'
'${binDir}/pg_waldump' --path='${dataDir}/pg_wal' ${range} 2>/tmp/stopped |
  awk '/^rmgr: Transaction/ && /desc: COMMIT/ { print } /^rmgr: / { last = $0 } END { if (last != "") print "last: " last }'
sed -n 's/^pg_waldump: error: /stopped: /p' /tmp/stopped`;
}

function lastLine(text: string): string | undefined {
  return text
    .trim()
    .split('\n')
    .findLast((line) => line !== '');
}
