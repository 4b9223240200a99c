import type { Command } from 'commander';
import type { ReportModel } from '../../report/model.ts';
import { runDrills, type Ended } from '../drills.ts';
import { errorData, errorText } from '../errors.ts';
import { openView } from '../live.ts';
import { outputOf, parseImage, parseSeed } from '../options.ts';
import { fromHere, type Output } from '../output.ts';
import type { Finish } from '../program.ts';
import { runsTable, summaryLines } from '../summary.ts';

interface RunFlags {
  seed?: number;
  runsDir?: string;
  image?: Record<string, string>;
  keep?: boolean;
}

export function addRun(program: Command, finish: Finish): void {
  program
    .command('run')
    .description('run scenarios, one after the other; the worst exit code wins')
    .argument('<scenario...>', 'scenario files')
    .option('--seed <n>', "seed of the drill (default: the scenario's, else drawn, and reported)", parseSeed)
    .option('--runs-dir <folder>', 'where run folders go (default: reports/runs)')
    .option('--image <role=reference>', 'an image of your own for a role; may be given more than once', parseImage)
    .option('--keep', 'leave the containers running for a look by hand; `pgdrill clean` removes them')
    .action(async (files: string[], flags: RunFlags, command: Command) => finish(await run(files, flags, outputOf(command))));
}

/** Refuses the whole list, before the first container starts, when one of its scenarios is not valid. */
async function run(files: readonly string[], flags: RunFlags, output: Output): Promise<number> {
  const { requireScenarios } = await import('../scenarios.ts');
  await requireScenarios(files);
  const { runDrill } = await import('../../drill/run.ts');
  const reports = new Map<Ended, ReportModel>();
  const { ended, exitCode } = await runDrills({
    files,
    runDrill,
    options: {
      ...(flags.image === undefined ? {} : { images: flags.image }),
      ...(flags.keep === undefined ? {} : { keep: flags.keep }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      ...(flags.runsDir === undefined ? {} : { runsDir: flags.runsDir }),
    },
    openView: (title) => openView(title),
    onEnd: async (one) => {
      const report = await readReport(one);
      if (report !== null) reports.set(one, report);
      tell(one, report, output);
    },
  });
  if (files.length > 1) output.print([...runsTable(ended, reports, output.look)].join('\n'));
  output.data({ exitCode, runs: ended.map((one) => dataOf(one, reports.get(one) ?? null)) });
  return exitCode;
}

/** Null: there is none, as the drill ended before it had one. */
async function readReport(ended: Ended): Promise<ReportModel | null> {
  if (ended.kind !== 'outcome') return null;
  const { readReportFile } = await import('../report-file.ts');
  return readReportFile(ended.outcome.files.json);
}

function tell(ended: Ended, report: ReportModel | null, output: Output): void {
  if (ended.kind === 'error') output.say(errorText(ended.error));
  if (ended.kind !== 'outcome') return;
  const { verdict, files, runFolder, leftBehind } = ended.outcome;
  const lines =
    report === null
      ? [`${verdict.toUpperCase()}  there is no report; the journal is in ${runFolder}`]
      : summaryLines(report, fromHere(files.html), output.look);
  // Whoever watches the drill wants to see how it ended, also when a program reads the document.
  (output.json ? output.say : output.print)(['', ...lines, ''].join('\n'));
  if (leftBehind.length > 0) output.say([`left behind (\`pgdrill clean\` removes it):`, ...leftBehind.map((one) => `  ${one}`)].join('\n'));
}

function dataOf(ended: Ended, report: ReportModel | null): Record<string, unknown> {
  if (ended.kind === 'error') return { scenario: ended.file, error: errorData(ended.error) };
  if (ended.kind === 'not-run') return { scenario: ended.file, notRun: true };
  const { seed, scenarioHash, rto, rpo, objectives } = report ?? {};
  const checks = report?.checks.map(({ name, outcome, summary }) => ({ name, outcome, summary }));
  return { scenario: ended.file, ...ended.outcome, seed, scenarioHash, rto, rpo, objectives, checks };
}
