import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What the server does with a connection's first bytes, and with every query after the login. */
export interface Behaviour {
  login: 'accept' | 'ignore';
  query: (socket: Socket, sql: string) => void;
}

export interface WireServer extends AsyncDisposable {
  port: number;
  behaviour: Behaviour;
  connections: number;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (value: string) => Buffer.from(`${value}\0`);
export const ready = message('Z', Buffer.from('I'));
const loggedIn = Buffer.concat([message('R', Buffer.alloc(4)), ready]);
export const complete = (tag: string) => message('C', text(tag));

/** An ErrorResponse (`E`) or NoticeResponse (`N`). The routine is what PostgreSQL itself always adds. */
export function report(type: 'E' | 'N', code: string, words: string, routine?: string): Buffer {
  const fields = [`S${type === 'E' ? 'ERROR' : 'WARNING'}`, `C${code}`, `M${words}`, ...(routine === undefined ? [] : [`R${routine}`])];
  return message(type, Buffer.concat([...fields.map(text), Buffer.from([0])]));
}

/** A server that speaks just enough of PostgreSQL's protocol to misbehave in it (simple queries, no password). */
export async function wireServer(behaviour: Behaviour): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    state.connections += 1;
    let started = false;
    let seen = Buffer.alloc(0);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      if (!started && state.behaviour.login === 'ignore') return;
      for (;;) {
        const head = started ? 1 : 0;
        if (seen.length < head + 4 || seen.length < head + seen.readInt32BE(head)) return;
        const end = head + seen.readInt32BE(head);
        if (!started) socket.write(loggedIn);
        else if (seen[0] === 0x51) state.behaviour.query(socket, seen.toString('utf8', 5, end - 1));
        started = true;
        seen = seen.subarray(end);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: WireServer = {
    port: (server.address() as AddressInfo).port,
    behaviour,
    connections: 0,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return state;
}
