import type { Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { ImageRole, TopologyPlan } from '../../contract/topology.ts';
import type { ValidatedScenario } from '../../drill/validate.ts';
import { outputOf } from '../options.ts';
import type { Output } from '../output.ts';
import type { Finish } from '../program.ts';

interface PlanFlags {
  compose?: boolean;
}

export function addPlan(program: Command, finish: Finish): void {
  program
    .command('plan')
    .description('show what a run would start, break and take, and warn of what cannot be met by design; starts nothing')
    .argument('<scenario>', 'a scenario file')
    .option('--compose', 'print the topology as a Compose file to play with by hand')
    .action(async (file: string, flags: PlanFlags, command: Command) => finish(await plan(file, flags, outputOf(command))));
}

async function plan(file: string, flags: PlanFlags, output: Output): Promise<number> {
  const { requireScenarios } = await import('../scenarios.ts');
  const [valid] = await requireScenarios([file]);
  if (valid === undefined) return exitCodes.usage;
  if (flags.compose === true) {
    const compose = await composeFile(valid);
    output.print(compose.trimEnd());
    output.data({ compose });
    return exitCodes.pass;
  }
  const [{ planLines, memoryMiB }, { withClient }] = await Promise.all([import('../plan-text.ts'), import('../../drill/client-node.ts')]);
  const whole = withClient(valid.plan, valid.scenario.clients.zone ?? 'app');
  output.print(planLines(valid, whole, output.look).join('\n'));
  output.data({ ...dataOf(valid, whole), memoryMiB: memoryMiB(whole) });
  return exitCodes.pass;
}

/** The topology's plan alone: who plays by hand is the client. */
async function composeFile({ plan: topology, scenario }: ValidatedScenario): Promise<string> {
  const [{ composeOf }, { recipeFor }] = await Promise.all([import('../../runtime/compose.ts'), import('../../runtime/image-recipe.ts')]);
  const roles: ImageRole[] = ['postgres', 'etcd', 'haproxy', 'pgbouncer', 'tools', 'client'];
  const references = await Promise.all(
    roles.map(
      async (role) => [role, scenario.topology.images[role] ?? (await recipeFor(role, scenario.topology.postgres)).reference] as const,
    ),
  );
  return composeOf(topology, Object.fromEntries(references) as Record<ImageRole, string>);
}

function dataOf(valid: ValidatedScenario, whole: TopologyPlan): Record<string, unknown> {
  const { file, scenario, scenarioHash, limits, checks, warnings, estimate } = valid;
  const timeline = valid.faults.map(({ id, definition, target, from, params, atMs, forMs }) => ({
    id,
    fault: definition.kind,
    target,
    from,
    params,
    atMs,
    forMs,
  }));
  return { file, name: scenario.name, title: scenario.title, scenarioHash, plan: whole, timeline, limits, checks, warnings, estimate };
}
