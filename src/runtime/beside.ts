import type Dockerode from 'dockerode';
import type { ExecResult } from '../contract/node.ts';
import { DrillError } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';
import { engineStatus } from './container.ts';
import { demuxText } from './exec.ts';

/**
 * Runs a one-off command in a container of its own that has another container's image and volumes but not its processes
 * or its network: how a dead or frozen member's data directory is read.
 */
export async function runBeside(
  docker: Dockerode,
  of: { id: string; name: string },
  argv: string[],
  options: { labels: Record<string, string>; user?: string; budgetMs?: number },
): Promise<ExecResult> {
  const budgetMs = options.budgetMs ?? 30_000;
  const inspected = await docker.getContainer(of.id).inspect();
  const container = await docker.createContainer({
    Image: inspected.Image,
    Entrypoint: [],
    Cmd: argv,
    Labels: options.labels,
    ...(options.user === undefined ? {} : { User: options.user }),
    HostConfig: { VolumesFrom: [of.id], NetworkMode: 'none' },
  });
  try {
    await container.start();
    const exited = container.wait() as Promise<{ StatusCode: number }>;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        reject(
          new DrillError(`\`${argv.join(' ').slice(0, 80)}\` beside ${of.name} took longer than ${formatMs(budgetMs)}`, {
            code: 'wait-timeout',
          }),
        ),
      budgetMs,
    );
    const { StatusCode } = await Promise.race([exited, late]).finally(() => clearTimeout(timer));
    const [stdout, stderr] = await Promise.all([
      container.logs({ stdout: true, stderr: false, follow: false }),
      container.logs({ stdout: false, stderr: true, follow: false }),
    ]);
    return { exitCode: StatusCode, stdout: demuxText(stdout), stderr: demuxText(stderr) };
  } finally {
    await container.remove({ force: true }).catch((error: unknown) => {
      if (engineStatus(error) !== 404) throw error;
    });
  }
}
