import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addClean } from './commands/clean.ts';
import { addDoctor } from './commands/doctor.ts';
import { addList } from './commands/list.ts';
import { addPlan } from './commands/plan.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addValidate } from './commands/validate.ts';

/** Takes the exit code that a command ended with. */
export type Finish = (exitCode: number) => void;

/** The commands, with their options. Nothing heavy is loaded before a command runs. */
export function buildProgram(finish: Finish): Command {
  const program = new Command('pgdrill')
    .description('Rehearse PostgreSQL failovers: break a real cluster on purpose, measure what it costs, check what came back.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--json', 'print one JSON document on stdout; text for people goes to stderr')
    .configureHelp({ showGlobalOptions: true, helpWidth: process.stdout.columns ?? 80 })
    .addHelpText(
      'after',
      `\nExit codes: 0 pass, 1 an objective or a check failed, 2 usage or configuration,\n3 inconclusive, 4 stopped by a guard, 130 interrupted.`,
    )
    .exitOverride();
  for (const add of [addRun, addValidate, addPlan, addList, addDoctor, addReport, addClean, addSchema]) add(program, finish);
  return program;
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
