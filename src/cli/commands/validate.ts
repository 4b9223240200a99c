import type { Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import { errorData } from '../errors.ts';
import { outputOf } from '../options.ts';
import { paint, type Output } from '../output.ts';
import type { Finish } from '../program.ts';
import type { Checked } from '../scenarios.ts';

export function addValidate(program: Command, finish: Finish): void {
  program
    .command('validate')
    .description('check scenario files; starts nothing')
    .argument('<scenario...>', 'scenario files')
    .action(async (files: string[], _flags: unknown, command: Command) => finish(await validate(files, outputOf(command))));
}

/** @returns 0 when all are accepted, else 2. */
async function validate(files: readonly string[], output: Output): Promise<number> {
  const { checkScenarios } = await import('../scenarios.ts');
  const checked = await checkScenarios(files);
  for (const one of checked) tell(one, output);
  const valid = checked.every((one) => 'valid' in one);
  output.data({ valid, scenarios: checked.map(dataOf) });
  return valid ? exitCodes.pass : exitCodes.usage;
}

function tell(one: Checked, output: Output): void {
  if ('refused' in one) {
    output.say(`${paint(output.look, 'red', 'refused')}  ${one.file}\n${one.refused.message}`);
    if (one.refused.hint !== undefined) output.say(`  ${one.refused.hint}`);
    return;
  }
  output.print(`${paint(output.look, 'green', 'valid')}  ${one.file}: ${one.valid.scenario.title}`);
  for (const warning of one.valid.warnings) output.say(`  warning: ${warning}`);
}

function dataOf(one: Checked): Record<string, unknown> {
  if ('refused' in one) return { file: one.file, valid: false, error: errorData(one.refused) };
  const { scenario, scenarioHash, warnings } = one.valid;
  return { file: one.file, valid: true, name: scenario.name, title: scenario.title, scenarioHash, warnings };
}
