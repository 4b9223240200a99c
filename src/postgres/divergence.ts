import type { RunClock } from '../base/clock.ts';
import { DrillError } from '../base/errors.ts';
import type { NodeHandle } from '../contract/node.ts';
import type { Divergence } from '../history/final-state.ts';
import { describeScript, legsFrom, parseWalDirectory, type WalLeg } from './wal-directory.ts';
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
  const found = (word: string): string | undefined =>
    dump
      .split('\n')
      .findLast((line) => line.startsWith(`${word}: `))
      ?.slice(word.length + 2);
  const [lastRecord, stopped = 'the end of the file'] = [found('last'), found('stopped')];
  const nothingPast = stopped.startsWith('could not find a valid record after') ? sinceLsn : null;
  const endLsn = lastRecord === undefined ? nothingPast : endOfRecordLine(lastRecord, directory.layout);
  if (endLsn === null) {
    throw new DrillError(`no WAL of ${node.name} could be read past ${sinceLsn}: ${stopped}`, {
      code: 'fault-failed',
    });
  }
  return {
    member: node.name,
    atNs,
    timeline: directory.timeline,
    endLsn,
    commits: parseCommits(dump, directory.layout),
    sinceLsn,
    method: `pg_waldump of ${node.name}'s own files (${directory.clusterState}) from ${sinceLsn}, ${legs.map(({ timeline }) => `timeline ${timeline}`).join(', ')}; valid WAL ends there: ${stopped}`,
  };
}

/** Prints the commits of a stretch of WAL, then its very last record (of any kind), then why reading stopped. */
function dumpScript({ timeline, start, end }: WalLeg, dataDir: string, binDir: string): string {
  const range = `--timeline=${timeline} --start=${start}${end === null ? '' : ` --end=${end}`}`;
  return `'${binDir}/pg_waldump' --path='${dataDir}/pg_wal' ${range} 2>/tmp/stopped |
  awk '/^rmgr: Transaction/ && /desc: COMMIT/ { print } /^rmgr: / { last = $0 } END { if (last != "") print "last: " last }'
sed -n 's/^pg_waldump: error: /stopped: /p' /tmp/stopped`;
}

function lastLine(text: string): string | undefined {
  return text
    .trim()
    .split('\n')
    .findLast((line) => line !== '');
}
