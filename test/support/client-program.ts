import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../src/base/wait.ts';
import type { ClientRoute } from '../../src/client/config.ts';
import { ClientControl } from '../../src/client/control.ts';
import { clientConfig } from '../../src/client/plan.ts';
import type { ClientEvent, CompleteEvent } from '../../src/history/operations.ts';
import { scenarioSchema, type ScenarioInput } from '../../src/scenario/schema.ts';

const program = fileURLToPath(new URL('../../src/client/main.ts', import.meta.url));

/** The `clients` of a scenario, resolved. */
export function clientsOf(clients: ScenarioInput['clients']) {
  return scenarioSchema.parse({ version: 1, name: 'x', title: 'x', topology: { kind: 'x' }, timeline: [{ at: '1s', fault: 'x' }], clients })
    .clients;
}

export function routeTo(name: string, host: string, port = 5432): ClientRoute {
  return { name, host, port, database: 'drill', user: 'drill' };
}

/** The client program as a process of this machine, controlled as the engine does it. */
export class ClientProgram implements AsyncDisposable {
  readonly control: ClientControl;
  readonly epochNs: bigint;
  /** A run folder: the history is in `history/client.jsonl`. Removed with this. */
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, control: ClientControl, folder: string, epochNs: bigint) {
    this.#child = child;
    this.control = control;
    this.folder = folder;
    this.epochNs = epochNs;
  }

  /** Resolves when its series run: all that `clients` asks for, or `only` those named. */
  static async start(
    clients: ScenarioInput['clients'],
    routes: ClientRoute[],
    { epochNs = process.hrtime.bigint(), only }: { epochNs?: bigint; only?: string[] } = {},
  ): Promise<ClientProgram> {
    const folder = mkdtempSync(join(tmpdir(), 'pgdrill-client-'));
    const controlPort = await freePort();
    const place = {
      client: 'client1',
      zone: 'app',
      epochNs: String(epochNs),
      historyFile: join(folder, 'history', 'client.jsonl'),
      controlPort,
    };
    const config = clientConfig(clientsOf(clients), routes, place);
    const series = config.series.filter((one) => only?.includes(one.series) ?? true);
    writeFileSync(join(folder, 'client.json'), JSON.stringify({ ...config, series }));
    const child = spawn(process.execPath, [program, join(folder, 'client.json')], { stdio: 'inherit' });
    const control = await waitFor({ name: 'the client to listen', budgetMs: 10_000, intervalMs: 20 }, async () => ({
      done: true,
      value: await ClientControl.connect('127.0.0.1', controlPort),
    }));
    const started = new ClientProgram(child, control, folder, epochNs);
    await waitFor({ name: 'the client to run', budgetMs: 10_000, intervalMs: 20 }, async () =>
      (await control.status()).running ? { done: true, value: undefined } : { done: false, seen: 'opening connections' },
    );
    return started;
  }

  /** Everything written so far; the last line may still be on its way. */
  events(): ClientEvent[] {
    const lines = readFileSync(join(this.folder, 'history', 'client.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1);
    return lines.map((line) => JSON.parse(line) as ClientEvent);
  }

  completes(series: string): CompleteEvent[] {
    return this.events().filter((event) => event.type === 'complete' && event.series === series) as CompleteEvent[];
  }

  /** Stops it and waits for its end. Gives the exit code. */
  async stop(): Promise<number | null> {
    const ended = this.#child.exitCode === null ? once(this.#child, 'exit') : null;
    await this.control.stop();
    await ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.control[Symbol.dispose]();
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await once(this.#child, 'exit');
    rmSync(this.folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
