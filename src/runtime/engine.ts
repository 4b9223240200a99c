import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { getContainerRuntimeClient } from 'testcontainers';
import { DrillError, messageOf } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';

/** A container engine that answers. */
export interface Engine {
  readonly docker: Dockerode;
  /** "20.10.24" */
  readonly version: string;
  readonly operatingSystem: string;
  /** As Node names it (`x64`, `arm64`), so that binaries can be chosen by it. */
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Harness and containers share one kernel, hence one CLOCK_MONOTONIC and one bridge: a local socket on Linux. */
  readonly sameKernel: boolean;
}

const architectures: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

/** An engine that is up answers in milliseconds; one that is starting or overloaded deserves some patience. */
const connectBudgetMs = 15_000;

/**
 * Finds the engine where testcontainers would (DOCKER_HOST, ~/.testcontainers.properties, the usual sockets).
 * @throws DrillError `engine-unreachable` within 15 s.
 */
export async function connectEngine(): Promise<Engine> {
  // pgdrill reaps its own by label and lease; testcontainers' reaper is an image that would have to be pulled.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const giveUp = new AbortController();
  const late = sleep(connectBudgetMs, 'late' as const, { signal: giveUp.signal, ref: false });
  late.catch(() => undefined);
  try {
    const client = await Promise.race([getContainerRuntimeClient(), late]);
    if (client === 'late') throw new Error(`no answer within ${formatMs(connectBudgetMs)}`);
    const info = client.info.containerRuntime;
    return {
      docker: client.container.dockerode,
      version: String(info.serverVersion),
      operatingSystem: info.operatingSystem,
      arch: architectures[info.architecture] ?? info.architecture,
      cpus: info.cpus,
      memoryBytes: info.memory,
      sameKernel: process.platform === 'linux' && info.host === 'localhost' && !info.operatingSystem.includes('Docker Desktop'),
    };
  } catch (error) {
    throw new DrillError(`no container engine answers: ${messageOf(error)}`, {
      code: 'engine-unreachable',
      hint: 'start Docker Engine, or run `npm run setup`, or set DOCKER_HOST',
      cause: error,
    });
  } finally {
    giveUp.abort();
  }
}
