import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { ClientControl } from '../../../src/client/control.ts';
import { serveControl, type ControlServer } from '../../../src/client/control-server.ts';

const status = { nowNs: 7, running: true, series: {} };
let server: ControlServer | null = null;
afterEach(() => server?.close());

async function served(stop: () => Promise<{ stopped: true; reason: string }> = () => new Promise(() => {})) {
  server = await serveControl(0, { status: () => status, stop });
  return ClientControl.connect('127.0.0.1', server.port);
}

describe('control', () => {
  it('finds that two processes of one kernel share a clock, and bounds the distance', async () => {
    using control = await served();
    const clock = await control.clock();
    expect(clock.sameKernel).toBe(true);
    expect(Math.abs(clock.offsetNs)).toBeLessThanOrEqual(clock.boundNs);
    expect(clock.boundNs).toBeLessThan(50_000_000);
  });

  it('sees a clock that is set apart, and by how much', async () => {
    const apartNs = 5_000_000_000n;
    const fake = createServer((socket) =>
      socket.on('data', () =>
        socket.write(`${JSON.stringify({ ns: String(process.hrtime.bigint() + apartNs), bootId: 'another kernel' })}\n`),
      ),
    ).listen(0);
    await once(fake, 'listening');
    using control = await ClientControl.connect('127.0.0.1', (fake.address() as AddressInfo).port);
    const clock = await control.clock();
    fake.close();
    expect(clock.sameKernel).toBe(false);
    expect(Math.abs(clock.offsetNs - Number(apartNs))).toBeLessThanOrEqual(clock.boundNs);
  });

  it('answers status and stop, requests side by side in turn', async () => {
    using control = await served(() => Promise.resolve({ stopped: true, reason: 'stopped' }));
    expect(await Promise.all([control.status(), control.status(), control.stop()])).toEqual([
      status,
      status,
      { stopped: true, reason: 'stopped' },
    ]);
  });

  it('gives up a request that is not answered, and says which', async () => {
    using control = await served();
    await expect(control.stop(50)).rejects.toMatchObject({ code: 'wait-timeout', message: expect.stringContaining('stop') });
    // The connection is given up with it: a late answer must not be taken for another request's.
    await expect(control.status()).rejects.toMatchObject({ code: 'wait-timeout' });
  });

  it('says that nobody listens', async () => {
    const closed = createServer().listen(0);
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await expect(ClientControl.connect('127.0.0.1', port)).rejects.toMatchObject({
      code: 'wait-timeout',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('answers a line that is no request with an error, and goes on', async () => {
    using _control = await served();
    const socket = connect(server?.port ?? 0);
    socket.write('not json\n{"op":"status"}\n');
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.split('\n').length > 2) break;
    }
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([{ error: 'unknown request' }, status]);
  });
});
