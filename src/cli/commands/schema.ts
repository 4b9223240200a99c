import { Argument, type Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { Finish } from '../program.ts';

export function addSchema(program: Command, finish: Finish): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, or of report.json')
    .addArgument(new Argument('[what]', 'which of the two').choices(['scenario', 'report']).default('scenario'))
    .action(async (what: 'scenario' | 'report') => finish(await schema(what)));
}

/** The schema is data with and without `--json`. */
async function schema(what: 'scenario' | 'report'): Promise<number> {
  process.stdout.write(`${JSON.stringify(await load(what), null, 2)}\n`);
  return exitCodes.pass;
}

async function load(what: 'scenario' | 'report'): Promise<unknown> {
  if (what === 'report') return (await import('../../report/model.ts')).reportJsonSchema();
  const [{ scenarioJsonSchema }, { loadPlugins }] = await Promise.all([
    import('../../scenario/json-schema.ts'),
    import('../../drill/plugins.ts'),
  ]);
  const { topologies, faults, checks } = await loadPlugins();
  return scenarioJsonSchema({ topologies: topologies.values(), faults: faults.values(), checks: checks.values() });
}
