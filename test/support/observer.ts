import type Dockerode from 'dockerode';
import { demuxText } from '../../src/runtime/exec.ts';

/**
 * An observer of an outage that shares nothing with the probes: psql in a shell loop, a new connection each time, the
 * kernel's wall clock. It prints the time of each acknowledged write.
 */
const loop = `
psql -h pooler1 -p 6432 -U drill -d drill -qc 'CREATE TABLE IF NOT EXISTS public.observed (at timestamptz DEFAULT clock_timestamp())' 2>/dev/null
while :; do
  timeout 0.4 psql -h pooler1 -p 6432 -U drill -d drill -qc 'INSERT INTO public.observed DEFAULT VALUES' 2>/dev/null && date +%s%N
  sleep 0.02
done`;

export class Observer implements AsyncDisposable {
  readonly #container: Dockerode.Container;

  private constructor(container: Dockerode.Container) {
    this.#container = container;
  }

  static async start(docker: Dockerode, options: { runId: string; image: string }): Promise<Observer> {
    const container = await docker.createContainer({
      Image: options.image,
      Cmd: ['bash', '-c', loop],
      Labels: { pgdrill: '1', 'pgdrill.run': options.runId },
      HostConfig: { NetworkMode: `pgdrill-${options.runId}`, Init: true },
    });
    await container.start();
    return new Observer(container);
  }

  /** The longest time between two acknowledged writes that follow each other, seconds, and how many there were. */
  async longestGap(): Promise<{ seconds: number; writes: number }> {
    const text = demuxText(await this.#container.logs({ stdout: true, stderr: false, follow: false }));
    const at = text.split('\n').filter(Boolean).map(Number);
    const gaps = at.slice(1).map((ns, index) => (ns - (at[index] ?? ns)) / 1e9);
    return { seconds: Math.max(0, ...gaps), writes: at.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.remove({ force: true });
  }
}
