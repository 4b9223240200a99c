import type Dockerode from 'dockerode';
import type { ContainerHandle, ContainerState, ExecResult } from '../contract/node.ts';
import { DrillError, messageOf } from '../base/errors.ts';
import { demuxText, execIn } from './exec.ts';

/** HTTP status of an engine's answer, where the error is one. */
export function engineStatus(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : null;
}

/** The engine's zero time means "never". */
function unixMs(iso: string | undefined): number | null {
  if (iso === undefined || iso.startsWith('0001-')) return null;
  // Date.parse keeps milliseconds only; the engine writes nanoseconds, of which the first three further digits are worth keeping.
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? '0';
  return Math.floor(Date.parse(iso) / 1000) * 1000 + Number(`0.${fraction}`) * 1000;
}

/** One container of a run, addressed by id. */
export class EngineContainer implements ContainerHandle {
  readonly name: string;
  readonly id: string;
  readonly #docker: Dockerode;

  constructor(docker: Dockerode, name: string, id: string) {
    this.#docker = docker;
    this.name = name;
    this.id = id;
  }

  async exec(argv: string[], options?: { user?: string; budgetMs?: number }): Promise<ExecResult> {
    return this.#translate('exec in', () => execIn(this.#docker, this.id, this.name, argv, options));
  }

  async kill(signal: string): Promise<void> {
    await this.#translate('signal', async () => {
      try {
        await this.#docker.getContainer(this.id).kill({ signal });
      } catch (error) {
        // 409: it is not running, so there is nothing left to signal.
        if (engineStatus(error) !== 409) throw error;
      }
    });
  }

  async start(): Promise<void> {
    await this.#translate('start', async () => {
      try {
        await this.#docker.getContainer(this.id).start();
      } catch (error) {
        // 304: it runs already.
        if (engineStatus(error) !== 304) throw error;
      }
    });
  }

  async state(): Promise<ContainerState> {
    const { State } = await this.#translate('inspect', () => this.#docker.getContainer(this.id).inspect());
    return {
      running: State.Running,
      paused: State.Paused,
      exitCode: State.Running ? null : State.ExitCode,
      startedAtMs: unixMs(State.StartedAt),
      finishedAtMs: State.Running ? null : unixMs(State.FinishedAt),
    };
  }

  async logs(): Promise<string> {
    return this.#translate('read the log of', async () => {
      const raw = await this.#docker.getContainer(this.id).logs({ stdout: true, stderr: true, timestamps: true, follow: false });
      return demuxText(raw);
    });
  }

  async #translate<T>(verb: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof DrillError) throw error;
      throw new DrillError(`could not ${verb} container ${this.name}: ${messageOf(error)}`, { code: 'engine-unreachable', cause: error });
    }
  }
}
