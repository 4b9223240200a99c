import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { runClient } from '../../../src/client/client.ts';
import type { ClientSeries } from '../../../src/client/config.ts';
import type { ClientEvent, CompleteEvent, ConnectionEvent, InvokeEvent } from '../../../src/history/operations.ts';
import { complete, ready, report, wireServer } from './wire-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgdrill-series-'));
afterAll(() => rmSync(folder, { recursive: true }));

const deadlineMs = 150;
const probe: ClientSeries = {
  ...{ series: 'rw-persistent', kind: 'probe', route: 'rw', access: 'write', connection: 'persistent' },
  ...{ connections: 2, intervalNs: 20_000_000, deadlineNs: deadlineMs * 1e6 },
};

interface Told {
  all: ClientEvent[];
  completes: CompleteEvent[];
  invokes: InvokeEvent[];
  connections: ConnectionEvent[];
}

/** Runs the client against a port for a while and reads what it wrote. */
async function told(port: number, series: ClientSeries, forMs = 600, meanwhile: () => Promise<void> = async () => {}): Promise<Told> {
  const historyFile = join(mkdtempSync(join(folder, 'run-')), 'client.jsonl');
  const routes = [{ name: 'rw', host: '127.0.0.1', port, database: 'drill', user: 'drill' }];
  const stop = new AbortController();
  const epochNs = process.hrtime.bigint().toString();
  const ended = runClient({ client: 'c', zone: 'z', epochNs, historyFile, controlPort: 0, routes, series: [series] }, stop.signal);
  await Promise.all([sleep(forMs), meanwhile()]);
  stop.abort();
  expect(await ended).toBe('signal');
  const all = readFileSync(historyFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ClientEvent);
  return {
    all,
    completes: all.filter((event) => event.type === 'complete'),
    invokes: all.filter((event) => event.type === 'invoke'),
    connections: all.filter((event) => event.type === 'connection'),
  };
}

/** Every slot from 0 on has exactly one end, and an invocation before it unless it never started. */
function expectWhole({ all, completes, invokes }: Told): void {
  expect(completes.map(({ op }) => op).toSorted((a, b) => a - b)).toEqual(completes.map((_, op) => op));
  const started = completes.filter(({ error }) => error?.code !== 'no-connection').map(({ op }) => op);
  expect(invokes.map(({ op }) => op).toSorted((a, b) => a - b)).toEqual(started.toSorted((a, b) => a - b));
  for (const [at, event] of all.entries()) {
    if (event.type !== 'complete' || event.error?.code === 'no-connection') continue;
    expect(all.findIndex((other) => other.type === 'invoke' && other.op === event.op)).toBeLessThan(at);
  }
}

const outcomes = ({ completes }: Told) => [...new Set(completes.map(({ outcome, error }) => `${outcome} ${error?.code ?? ''}`.trim()))];

// Each test is mostly waiting, on a server of its own.
describe.concurrent('a series', () => {
  it('records slot after slot that is acknowledged', async () => {
    await using server = await wireServer({
      login: 'accept',
      query: (socket) => socket.write(Buffer.concat([complete('INSERT 0 1'), ready])),
    });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['ok']);
    expect(history.completes.length).toBeGreaterThan(15);
    expect(history.all[0]?.type).toBe('client-start');
    expect(history.all.at(-1)).toMatchObject({ type: 'client-end', reason: 'signal' });
    expect(server.connections).toBe(2);
  });

  it('is refused slot by slot where nothing listens, attempts to connect paced and never silent', async () => {
    const closed = createServer().listen(0);
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const history = await told(port, { ...probe, connections: 1, intervalNs: 2_000_000 });
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail no-connection']);
    expect(history.connections.every(({ state, error }) => state === 'refused' && error?.code === 'ECONNREFUSED')).toBe(true);
    // Every 20 ms at most, though a slot falls due every 2 ms.
    expect(history.connections.length).toBeGreaterThan(10);
    expect(history.connections.length).toBeLessThanOrEqual(Math.ceil(history.completes.length / 10) + 2);
  });

  it('gives up a login that is not answered, one attempt at a time for each connection', async () => {
    await using server = await wireServer({ login: 'ignore', query: () => {} });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail no-connection']);
    expect(history.connections.every(({ state, error }) => state === 'refused' && error?.code === 'deadline')).toBe(true);
    // Two connections, each trying for 150 ms at a time, over 600 ms of slots and 150 ms of opening.
    expect(server.connections).toBeLessThanOrEqual(2 * Math.ceil(750 / deadlineMs) + 2);
    expect(server.connections).toBeGreaterThan(4);
  });

  it('with a new connection for each slot: one that is not let in by the deadline has surely failed', async () => {
    await using server = await wireServer({ login: 'ignore', query: () => {} });
    const history = await told(server.port, { ...probe, series: 'rw-new', connection: 'new', connections: 20 });
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail deadline']);
    for (const { dueNs, endNs } of history.completes) expect((endNs - dueNs) / 1e6).toBeGreaterThanOrEqual(deadlineMs);
    expect(history.connections).toEqual([]);
  });

  it('a write that is not answered by its deadline is unknown, its connection is replaced, and the wait is bounded', async () => {
    await using server = await wireServer({ login: 'accept', query: () => {} });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history).toSorted()).toEqual(['fail no-connection', 'info deadline']);
    for (const { dueNs, endNs } of history.completes) expect((endNs - dueNs) / 1e6).toBeLessThan(deadlineMs + 100);
    expect(history.connections.filter(({ state }) => state === 'lost').length).toBeGreaterThan(3);
    expect(server.connections).toBeGreaterThan(4);
  });

  it('a read that is not answered has no effect to be unsure of', async () => {
    await using server = await wireServer({ login: 'accept', query: () => {} });
    expect(outcomes(await told(server.port, { ...probe, access: 'read' })).toSorted()).toEqual(['fail deadline', 'fail no-connection']);
  });

  it('a write whose connection is reset is unknown', async () => {
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.resetAndDestroy() });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toContain('info ECONNRESET');
    expect(history.connections.some(({ state, error }) => state === 'lost' && error?.code === 'ECONNRESET')).toBe(true);
  });

  it('a write that is refused has failed, and its connection serves on', async () => {
    const refusal = report('E', '25006', 'cannot execute INSERT in a read-only transaction', 'PreventCommandIfReadOnly');
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.write(Buffer.concat([refusal, ready])) });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail 25006']);
    expect(server.connections).toBe(2);
  });

  it('a refusal that came before the deadline stands, though the server was not ready again', async () => {
    const refusal = report('E', '40001', 'could not serialize access', 'X');
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.write(refusal) });
    expect(outcomes(await told(server.port, probe)).toSorted()).toEqual(['fail 40001', 'fail no-connection']);
  });

  it('a commit acknowledged without its synchronous standby is not durable, and the next one is', async () => {
    const warning = report('N', '01000', 'canceling wait for synchronous replication due to user request', 'SyncRepWaitForLSN');
    let queries = 0;
    const query = (socket: Socket) => socket.write(Buffer.concat([...(queries++ === 0 ? [warning] : []), complete('INSERT 0 1'), ready]));
    await using server = await wireServer({ login: 'accept', query });
    const { completes } = await told(server.port, { ...probe, connections: 1 });
    expect(completes.map(({ value }) => value?.durable).slice(0, 3)).toEqual([false, undefined, undefined]);
    expect(completes.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  it('a COMMIT answered with ROLLBACK has failed', async () => {
    const query = (socket: Socket, sql: string) => socket.write(Buffer.concat([complete(sql === 'COMMIT' ? 'ROLLBACK' : sql), ready]));
    await using server = await wireServer({ login: 'accept', query });
    const bank: ClientSeries = { ...probe, series: 'bank', kind: 'bank', accounts: 5 };
    expect(outcomes(await told(server.port, bank))).toEqual(['fail 40000']);
  });

  it('a transaction that errors is rolled back before its connection is used again', async () => {
    const open = new Map<Socket, string>();
    const misused: string[] = [];
    await using server = await wireServer({
      login: 'accept',
      query(socket, sql) {
        const state = open.get(socket) ?? 'idle';
        if ((sql === 'BEGIN') !== (state === 'idle') || (state === 'failed') !== (sql === 'ROLLBACK')) misused.push(`${sql} when ${state}`);
        if (sql.startsWith('UPDATE')) {
          open.set(socket, 'failed');
          return socket.write(Buffer.concat([report('E', '40P01', 'deadlock detected', 'DeadLockReport'), ready]));
        }
        open.set(socket, sql === 'BEGIN' ? 'open' : 'idle');
        return socket.write(Buffer.concat([complete(sql), ready]));
      },
    });
    const history = await told(server.port, { ...probe, series: 'bank', kind: 'bank', accounts: 5 });
    expect(outcomes(history)).toEqual(['fail 40P01']);
    expect(history.completes.length).toBeGreaterThan(15);
    expect(misused).toEqual([]);
    expect(server.connections).toBe(2);
  });

  it('is served again as soon as the server is back', async () => {
    const answer = (socket: Socket) => void socket.write(Buffer.concat([complete('INSERT 0 1'), ready]));
    await using server = await wireServer({ login: 'accept', query: answer });
    const history = await told(server.port, probe, 1200, async () => {
      await sleep(300);
      server.behaviour = { login: 'accept', query: (socket) => socket.resetAndDestroy() };
      await sleep(300);
      server.behaviour = { login: 'accept', query: answer };
    });
    expectWhole(history);
    const good = history.completes.toSorted((a, b) => a.op - b.op).map(({ outcome }) => outcome === 'ok');
    expect(good.indexOf(false)).toBeGreaterThan(5);
    expect(good.slice(good.lastIndexOf(false) + 1).length).toBeGreaterThan(15);
  });
});
