import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { SqlSession, withSession } from '../../../src/postgres/session.ts';

const limits = { connectMs: 300, statementMs: 300, applicationName: 'test' };

/** A listener on a port of its own that treats every connection as told; closes with everything on it. */
async function listener(treat: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const target = (port: number) => ({ host: '127.0.0.1', port, user: 'drill', database: 'drill' });

describe('a session with a server that', () => {
  test('accepts and never answers is given up at the deadline', async () => {
    await using silent = await listener(() => undefined);
    const begun = performance.now();
    const opened = await SqlSession.open(target(silent.port), limits);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(opened).toMatchObject({ ok: false, error: { code: 'deadline', message: expect.stringContaining('no answer within 300 ms') } });
  });

  test('does not listen is refused', async () => {
    const gone = await listener(() => undefined);
    await gone[Symbol.asyncDispose]();
    const result = await withSession(target(gone.port), limits, async () => ({ ok: true, value: 1 }));
    expect(result).toMatchObject({ ok: false, error: { code: 'ECONNREFUSED' } });
  });

  test('hangs up is a result, not an exception', async () => {
    await using rude = await listener((socket) => socket.destroy());
    const opened = await SqlSession.open(target(rude.port), limits);
    expect(opened).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(ECONNRESET|connection-lost)$/) } });
  });

  test('resets the connection is a result, not an exception', async () => {
    await using rude = await listener((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await SqlSession.open(target(rude.port), limits)).toMatchObject({ ok: false, error: { code: 'ECONNRESET' } });
  });

  test('speaks another protocol is a result, not an exception', async () => {
    await using web = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const opened = await SqlSession.open(target(web.port), limits);
    expect(opened.ok).toBe(false);
  });
});
