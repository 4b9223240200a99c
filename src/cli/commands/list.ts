import { Argument, type Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import { outputOf } from '../options.ts';
import { paint, type Output } from '../output.ts';
import type { Finish } from '../program.ts';
import type { Inventory, InventoryKind } from '../inventory.ts';
import { table } from '../table.ts';

const kinds = ['topologies', 'faults', 'checks', 'scenarios'] as const satisfies readonly InventoryKind[];

export function addList(program: Command, finish: Finish): void {
  program
    .command('list')
    .description('list what there is: with --json, parameters too, as JSON Schema')
    .addArgument(new Argument('[what]', 'one of them; by default all').choices(kinds))
    .action(async (what: InventoryKind | undefined, _flags: unknown, command: Command) => finish(await list(what, outputOf(command))));
}

async function list(what: InventoryKind | undefined, output: Output): Promise<number> {
  const { takeInventory } = await import('../inventory.ts');
  const wanted = what === undefined ? kinds : [what];
  const inventory = await takeInventory(wanted);
  output.print(wanted.map((kind) => section(kind, inventory, output).join('\n')).join('\n\n'));
  output.data(Object.fromEntries(wanted.map((kind) => [kind, inventory[kind]])));
  return exitCodes.pass;
}

function section(kind: InventoryKind, inventory: Inventory, { look }: Output): string[] {
  const rows = {
    topologies: () => inventory.topologies.map((t) => [t.kind, t.summary]),
    faults: () => inventory.faults.map((f) => [f.kind, f.summary]),
    checks: () => inventory.checks.map((c) => [c.name, c.summary]),
    scenarios: () => inventory.scenarios.map((s) => [s.file, s.title]),
  }[kind]();
  return [paint(look, 'bold', kind), ...(rows.length === 0 ? ['  none'] : table(rows, look.columns))];
}
