import type { Engine } from '../../src/runtime/engine.ts';
import { demuxText } from '../../src/runtime/exec.ts';

/** Runs a command in a fresh container without a network, to its end; removes the container. */
export async function runOnce(
  engine: Engine,
  image: string,
  command: string[],
  options: { user?: string; workingDir?: string; env?: string[]; binds?: string[] } = {},
): Promise<{ exitCode: number; output: string }> {
  const container = await engine.docker.createContainer({
    Image: image,
    Cmd: command,
    User: options.user ?? 'root',
    WorkingDir: options.workingDir ?? '/',
    Env: options.env ?? [],
    Labels: { pgdrill: '1' },
    HostConfig: { NetworkMode: 'none', Binds: options.binds ?? [] },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const output = demuxText(await container.logs({ stdout: true, stderr: true }));
    return { exitCode: StatusCode, output };
  } finally {
    await container.remove({ force: true, v: true });
  }
}
