import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { SeriesStatus } from './recorder.ts';

/** Answers of the control server, by request. A request is one line of JSON: {"op":"clock"}. */
export interface ControlAnswers {
  /** CLOCK_MONOTONIC of the client, ns, decimal; and the boot it belongs to. */
  clock: { ns: string; bootId: string };
  status: { nowNs: number; running: boolean; series: Record<string, SeriesStatus> };
  /** Sent when the history is complete and closed. */
  stop: { stopped: true; reason: string };
}

export interface ControlHandlers {
  status(): ControlAnswers['status'];
  /** Stops the client; resolves when its history is complete. */
  stop(): Promise<ControlAnswers['stop']>;
}

export interface ControlServer {
  port: number;
  close(): void;
}

/** Identifies this boot of the kernel; two processes that read the same one share CLOCK_MONOTONIC. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Listens for the harness on every address of the node. */
export function serveControl(port: number, handlers: ControlHandlers): Promise<ControlServer> {
  const bootId = readBootId();
  const sockets = new Set<Socket>();

  async function answer(line: string): Promise<object> {
    switch (operationOf(line)) {
      case 'clock':
        return { ns: process.hrtime.bigint().toString(), bootId };
      case 'status':
        return handlers.status();
      case 'stop':
        return handlers.stop();
      default:
        return { error: 'unknown request' };
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // The harness may go away at any moment; that is no failure of the client.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    createInterface({ input: socket }).on('line', (line) => {
      void answer(line).then((reply) => {
        if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
      });
    });
  });

  const { promise, resolve, reject } = Promise.withResolvers<ControlServer>();
  server.once('error', reject);
  server.listen(port, () => {
    const close = () => {
      server.close();
      for (const socket of sockets) socket.destroySoon();
    };
    resolve({ port: (server.address() as AddressInfo).port, close });
  });
  return promise;
}

function operationOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { op?: unknown } | null)?.op;
  } catch {
    return undefined;
  }
}
