import { Writable } from 'node:stream';
import type Dockerode from 'dockerode';
import type { ExecResult } from '../contract/node.ts';
import { DrillError } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';

class Collected extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/**
 * Runs a command in a running container.
 * @throws DrillError `engine-unreachable` when the engine refuses, `wait-timeout` when it takes longer than the budget.
 */
export async function execIn(
  docker: Dockerode,
  id: string,
  label: string,
  argv: string[],
  options: { user?: string; budgetMs?: number } = {},
): Promise<ExecResult> {
  const budgetMs = options.budgetMs ?? 10_000;
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: argv, AttachStdout: true, AttachStderr: true, ...(options.user === undefined ? {} : { User: options.user }) });
  const stream = await exec.start({ hijack: false, stdin: false });
  const stdout = new Collected();
  const stderr = new Collected();
  docker.modem.demuxStream(stream, stdout, stderr);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(
      new DrillError(
        `\`${argv.join(' ').slice(0, 80)}\` in ${label} took longer than ${formatMs(budgetMs)}; said: ${stdout.text.slice(-200)}`,
        {
          code: 'wait-timeout',
        },
      ),
    );
    stream.destroy();
  }, budgetMs);
  stream.on('end', resolve).on('close', resolve).on('error', reject);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, stdout: stdout.text, stderr: stderr.text };
}

/** Splits the engine's multiplexed log or output bytes into one text, in order. */
export function demuxText(raw: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= raw.length;) {
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return parts.join('');
}
