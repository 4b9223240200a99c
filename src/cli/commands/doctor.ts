import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../base/errors.ts';
import type { Finding } from '../../runtime/doctor.ts';
import { outputOf } from '../options.ts';
import { paint, type Colour, type Look, type Output } from '../output.ts';
import type { Finish } from '../program.ts';
import { table } from '../table.ts';

export function addDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('check that this machine and its container engine can run drills, and say how to fix what is wrong')
    .option('--runs-dir <folder>', 'where run folders go', 'reports/runs')
    .action(async (flags: { runsDir: string }, command: Command) => finish(await doctor(flags.runsDir, outputOf(command))));
}

/** @returns 0 when drills can run, 2 when something is in their way. */
async function doctor(runsDir: string, output: Output): Promise<number> {
  const { examineEngine, examineHost } = await import('../../runtime/doctor.ts');
  const findings = [...(await examineHost(nearestFolder(resolve(runsDir)))), ...(await examineEngine())];
  const ready = findings.every(({ status }) => status !== 'bad');
  output.print(findingLines(findings, output.look).join('\n'));
  output.data({ ready, findings });
  return ready ? exitCodes.pass : exitCodes.usage;
}

const marks: Record<Finding['status'], [string, Colour]> = {
  ok: ['ok', 'green'],
  note: ['note', 'yellow'],
  bad: ['BAD', 'red'],
  skipped: ['skip', 'yellow'],
};

/** One line a finding; how to fix it stands below. */
export function findingLines(findings: readonly Finding[], look: Look): string[] {
  const rows = findings.flatMap(({ check, status, found, fix }) => {
    const line = [paint(look, marks[status][1], marks[status][0]), check, found];
    return fix === undefined ? [line] : [line, ['', '', `→ ${fix}`]];
  });
  return table(rows, look.columns, 0);
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}
