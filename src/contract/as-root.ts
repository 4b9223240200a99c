import { DrillError } from '../base/errors.ts';
import type { ContainerHandle } from './node.ts';

/** Runs a POSIX shell script as root. @returns its trimmed output. @throws DrillError `fault-failed` with what it said when it ends with anything but 0. */
export async function asRoot(container: ContainerHandle, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await container.exec(['sh', '-c', script], { user: 'root' });
  if (exitCode === 0) return stdout.trim();
  throw new DrillError(`${container.name}: ${stderr.trim() || `exit code ${exitCode}`}`, { code: 'fault-failed' });
}
