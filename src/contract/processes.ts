import type { ContainerHandle } from './node.ts';

/** One process as /proc has it. */
export interface Process {
  pid: number;
  parent: number;
  session: number;
  /** `R`, `S`, `D`, `T` (stopped), `Z` (dead, not reaped yet), … */
  state: string;
  /** Clock ticks since boot: with the pid it names one process for good. */
  startTicks: number;
  /** Name of the executable, at most 15 characters. */
  name: string;
  /** Command line, or the title that the process gave itself. */
  title: string;
}

const separator = '--titles--';
const script = `cat /proc/[0-9]*/stat; echo ${separator}; grep -a . /proc/[0-9]*/cmdline; true`;

/**
 * The processes of a container that descend from its first one: not those of an exec, but what an exec left behind
 * (a lease guard, by its session). @throws DrillError when the container does not run.
 */
export async function listProcesses(container: ContainerHandle): Promise<Process[]> {
  const { stdout } = await container.exec(['sh', '-c', `exec 2>/dev/null; ${script}`], { user: 'root' });
  return descendantsOfFirst(readProcesses(stdout));
}

/** Reads what the script printed. */
export function readProcesses(text: string): Process[] {
  const [stats = '', titles = ''] = text.split(`${separator}\n`);
  const titleOf = new Map<number, string>();
  for (const line of titles.split('\n')) {
    const [, pid, title] = /^\/proc\/(\d+)\/cmdline:(.*)$/s.exec(line) ?? [];
    // A command line with line breaks comes in several lines: the first tells what it is.
    if (pid !== undefined && !titleOf.has(Number(pid))) titleOf.set(Number(pid), (title ?? '').replaceAll('\0', ' ').trim());
  }
  return stats.split('\n').flatMap((line) => {
    // The name is in brackets and may itself hold brackets and blanks.
    const [, pid, name, rest] = /^(\d+) \((.*)\) (.*)$/.exec(line) ?? [];
    if (pid === undefined || name === undefined || rest === undefined) return [];
    const fields = rest.split(' ');
    const at = (index: number): number => Number(fields[index]);
    const title = titleOf.get(Number(pid)) ?? '';
    // Fields 3, 4, 6 and 22 of proc_pid_stat(5).
    return [{ pid: Number(pid), name, state: fields[0] ?? '', parent: at(1), session: at(3), startTicks: at(19), title }];
  });
}

function descendantsOfFirst(all: Process[]): Process[] {
  const byPid = new Map(all.map((process) => [process.pid, process]));
  const fromFirst = (process: Process | undefined): boolean =>
    process !== undefined && (process.pid === 1 || fromFirst(byPid.get(process.parent)));
  return all.filter(fromFirst);
}
