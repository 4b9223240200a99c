import type { Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { Leftover } from '../../runtime/clean.ts';
import { outputOf } from '../options.ts';
import type { Output } from '../output.ts';
import type { Finish } from '../program.ts';
import { table } from '../table.ts';

export function addClean(program: Command, finish: Finish): void {
  program
    .command('clean')
    .description('remove the containers, networks and volumes that dead runs left')
    .argument('[run...]', 'ids of the runs to clean up after; by default every run')
    .option('--all', 'those of runs that are alive too')
    .option('--dry-run', 'say what would be removed, and leave it')
    .action(async (runs: string[], flags: CleanFlags, command: Command) => finish(await clean(runs, flags, outputOf(command))));
}

interface CleanFlags {
  all?: boolean;
  dryRun?: boolean;
}

/** @returns 0 when nothing is left that should be gone; 3 when something could not be removed. */
async function clean(runs: readonly string[], flags: CleanFlags, output: Output): Promise<number> {
  const [{ connectEngine }, { listLeftovers, removeLeftovers }] = await Promise.all([
    import('../../runtime/engine.ts'),
    import('../../runtime/clean.ts'),
  ]);
  const { docker } = await connectEngine();
  const found = (await listLeftovers(docker)).filter(({ runId }) => runs.length === 0 || runs.includes(runId));
  const doomed = found.filter(({ live }) => flags.all === true || !live);
  const spared = found.filter((leftover) => !doomed.includes(leftover));
  const failures = flags.dryRun === true ? [] : await removeLeftovers(docker, doomed);

  const verb = flags.dryRun === true ? 'would remove' : 'removed';
  const gone = doomed.filter(({ kind, name }) => !failures.some((failure) => failure.startsWith(`${kind} ${name}:`)));
  output.print(
    gone.length === 0
      ? `nothing ${flags.dryRun === true ? 'to remove' : 'removed'}`
      : [`${verb}:`, ...table(gone.map(row), output.look.columns)].join('\n'),
  );
  if (spared.length > 0) output.say(`left alone: ${spared.length} of runs that are alive: ${runsOf(spared)} (--all removes them too)`);
  for (const failure of failures) output.say(`could not remove ${failure}`);
  output.data({ dryRun: flags.dryRun === true, removed: gone, spared, failures });
  return failures.length === 0 ? exitCodes.pass : exitCodes.inconclusive;
}

function row({ kind, name, runId }: Leftover): string[] {
  return [kind, name, runId === '' ? '' : `of ${runId}`];
}

function runsOf(leftovers: readonly Leftover[]): string {
  return [...new Set(leftovers.map(({ runId }) => runId))].join(', ');
}
