import type { Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import { outputOf } from '../options.ts';
import { fromHere, type Output } from '../output.ts';
import type { Finish } from '../program.ts';
import { summaryLines } from '../summary.ts';

export function addReport(program: Command, finish: Finish): void {
  program
    .command('report')
    .description('judge a run again and write its reports again, from its folder alone')
    .argument('<run-folder>', 'for example reports/runs/<run id>')
    .action(async (folder: string, _flags: unknown, command: Command) => finish(await report(folder, outputOf(command))));
}

/** @returns the exit code that the run would have had. */
async function report(folder: string, output: Output): Promise<number> {
  const { judgeRun } = await import('../../drill/judge.ts');
  const { verdict, model, files } = await judgeRun(folder);
  output.print(summaryLines(model, fromHere(files.html), output.look).join('\n'));
  output.data({ verdict, files, report: model });
  return exitCodes[verdict];
}
