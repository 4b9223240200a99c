import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../src/base/wait.ts';
import { runClient } from '../../../src/client/client.ts';
import type { ClientSeries } from '../../../src/client/config.ts';
import type { ClientEvent, CompleteEvent, ConnectionEvent, InvokeEvent } from '../../../src/history/operations.ts';
import { complete, ready, report, wireServer } from './wire-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgdrill-series-'));
afterAll(() => rmSync(folder, { recursive: true }));

const probe: ClientSeries = {
  ...{ series: 'rw-persistent', kind: 'probe', route: 'rw', access: 'write', connection: 'persistent' },
  ...{ connections: 4, intervalNs: 20_000_000, deadlineNs: 1_000_000_000 },
};
const hasty = { ...probe, deadlineNs: 100_000_000 };

interface Told {
  all: ClientEvent[];
  completes: CompleteEvent[];
  invokes: InvokeEvent[];
  connections: ConnectionEvent[];
}
type Seen = (what: string, met: (told: Told) => boolean) => Promise<void>;
const afterTen: (seen: Seen) => Promise<void> = (seen) => seen('ten ends', ({ completes }) => completes.length >= 10);

function read(historyFile: string): Told {
  const lines = readFileSync(historyFile, 'utf8').split('\n').slice(0, -1);
  const all = lines.map((line) => JSON.parse(line) as ClientEvent);
  return {
    all,
    completes: all.filter((event) => event.type === 'complete'),
    invokes: all.filter((event) => event.type === 'invoke'),
    connections: all.filter((event) => event.type === 'connection'),
  };
}

/** Runs the client against a port until it has told what the script waits for. */
async function told(port: number, series: ClientSeries, script = afterTen): Promise<Told> {
  const historyFile = join(mkdtempSync(join(folder, 'run-')), 'client.jsonl');
  const routes = [{ name: 'rw', host: '127.0.0.1', port, database: 'drill', user: 'drill' }];
  const stop = new AbortController();
  const epochNs = process.hrtime.bigint().toString();
  const ended = runClient({ client: 'c', zone: 'z', epochNs, historyFile, controlPort: 0, routes, series: [series] }, stop.signal);
  await script((what, met) =>
    waitFor({ name: what, budgetMs: 8000, intervalMs: 10 }, () => {
      const so = read(historyFile);
      return met(so) ? { done: true, value: undefined } : { done: false, seen: JSON.stringify(so.completes.slice(-5)) };
    }),
  );
  stop.abort();
  expect(await ended).toBe('signal');
  return read(historyFile);
}

/** Every slot from 0 on has exactly one end, and an invocation before it exactly if it was started. */
function expectWhole({ all, completes, invokes }: Told): void {
  const ascending = (ops: { op: number }[]) => ops.map(({ op }) => op).toSorted((a, b) => a - b);
  expect(ascending(completes)).toEqual(completes.map((_, op) => op));
  expect(ascending(invokes)).toEqual(ascending(completes.filter(({ startNs, dueNs }) => startNs !== dueNs)));
  for (const [at, event] of all.entries()) {
    if (event.type === 'invoke') expect(all.findIndex((other) => other.type === 'complete' && other.op === event.op)).toBeGreaterThan(at);
  }
}

const ends = (completes: CompleteEvent[]) => completes.map(({ outcome, error }) => `${outcome} ${error?.code ?? ''}`.trim());

/** How operations ended that had a connection. */
const outcomes = ({ completes }: Told) => [...new Set(ends(completes))].filter((end) => end !== 'fail no-connection');

describe('a series', () => {
  it('records slot after slot that is acknowledged', async () => {
    await using server = await wireServer({
      login: 'accept',
      query: (socket) => socket.write(Buffer.concat([complete('INSERT 0 1'), ready])),
    });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['ok']);
    expect(ends(history.completes).filter((end) => end === 'ok').length).toBeGreaterThan(5);
    expect(history.all[0]?.type).toBe('client-start');
    expect(history.all.at(-1)).toMatchObject({ type: 'client-end', reason: 'signal' });
    expect(server.connections).toBe(4);
  });

  it('is refused slot by slot where nothing listens, attempts to connect paced and never silent', async () => {
    const closed = createServer().listen(0);
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const series = { ...probe, connections: 1, intervalNs: 2_000_000 };
    const history = await told(port, series, (seen) => seen('200 ends', ({ completes }) => completes.length >= 200));
    expectWhole(history);
    expect(new Set(ends(history.completes))).toEqual(new Set(['fail no-connection']));
    expect(history.connections.every(({ state, error }) => state === 'refused' && error?.code === 'ECONNREFUSED')).toBe(true);
    // Every 20 ms at most, though a slot falls due every 2 ms.
    expect(history.connections.length).toBeGreaterThan(5);
    expect(history.connections.length).toBeLessThanOrEqual(Math.ceil(history.completes.length / 10) + 2);
  });

  it('gives up a login that is not answered, one attempt at a time for each connection', async () => {
    await using server = await wireServer({ login: 'ignore', query: () => {} });
    const startMs = performance.now();
    const history = await told(server.port, hasty, (seen) => seen('ten refusals', ({ connections }) => connections.length >= 10));
    const elapsedMs = performance.now() - startMs;
    expectWhole(history);
    expect(new Set(ends(history.completes))).toEqual(new Set(['fail no-connection']));
    expect(history.connections.every(({ state, error }) => state === 'refused' && error?.code === 'deadline')).toBe(true);
    // Four connections, each trying for 100 ms at a time.
    expect(server.connections).toBeLessThanOrEqual(4 * Math.ceil(elapsedMs / 100));
  });

  it('with a new connection for each slot: one that is not let in by the deadline has surely failed', async () => {
    await using server = await wireServer({ login: 'ignore', query: () => {} });
    const history = await told(server.port, { ...hasty, series: 'rw-new', connection: 'new', connections: 100 });
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail deadline']);
    for (const { dueNs, endNs } of history.completes) expect(endNs - dueNs).toBeGreaterThanOrEqual(hasty.deadlineNs);
    expect(history.connections).toEqual([]);
  });

  it('a write that is not answered by its deadline is unknown, its connection is replaced, and the wait is bounded', async () => {
    await using server = await wireServer({ login: 'accept', query: () => {} });
    const history = await told(server.port, hasty, (seen) =>
      seen('eight deadlines', ({ completes }) => ends(completes).filter((end) => end === 'info deadline').length >= 8),
    );
    expectWhole(history);
    const started = history.completes.filter(({ startNs, dueNs }) => startNs !== dueNs);
    expect(new Set(ends(started))).toEqual(new Set(['info deadline']));
    for (const { dueNs, endNs } of started) expect(endNs - dueNs).toBeGreaterThanOrEqual(hasty.deadlineNs);
    // All four were in use, so that slots went without.
    expect(ends(history.completes)).toContain('fail no-connection');
    expect(history.connections.filter(({ state, error }) => state === 'lost' && error?.code === 'deadline').length).toBeGreaterThan(4);
    expect(server.connections).toBeGreaterThan(4);
  });

  it('a slot without a connection does not wait until one comes free, for by then the service may be another', async () => {
    await using server = await wireServer({ login: 'accept', query: () => {} });
    const history = await told(server.port, { ...probe, connections: 1, deadlineNs: 400_000_000 }, (seen) =>
      seen('40 ends', ({ completes }) => completes.length >= 40),
    );
    expectWhole(history);
    // One is on its way for 400 ms; of the twenty that fall due meanwhile only the last can be next.
    expect(history.invokes.length).toBeLessThan(history.completes.length / 4);
    expect(new Set(ends(history.completes))).toEqual(new Set(['info deadline', 'fail no-connection']));
  });

  it.each([
    ['probe', true],
    ['ledger', false],
  ] as const)('a %s whose connection is busy for 120 ms refuses slots meanwhile: %s', async (kind, refuses) => {
    let queries = 0;
    const answer = Buffer.concat([complete('INSERT 0 1'), ready]);
    await using server = await wireServer({
      login: 'accept',
      query: (socket) => (queries++ === 0 ? setTimeout(() => socket.write(answer), 120) : socket.write(answer)),
    });
    const history = await told(server.port, { ...probe, kind, connections: 1 }, (seen) =>
      seen('twelve ends', ({ completes }) => completes.length >= 12),
    );
    expectWhole(history);
    expect(ends(history.completes).slice(0, 12).includes('fail no-connection')).toBe(refuses);
  });

  it('a read that is not answered has no effect to be unsure of', async () => {
    await using server = await wireServer({ login: 'accept', query: () => {} });
    expect(outcomes(await told(server.port, { ...hasty, access: 'read' }))).toEqual(['fail deadline']);
  });

  it('a write whose connection is reset is unknown', async () => {
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.resetAndDestroy() });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['info ECONNRESET']);
    expect(history.connections.some(({ state, error }) => state === 'lost' && error?.code === 'ECONNRESET')).toBe(true);
  });

  it('a write that is refused has failed, and its connection serves on', async () => {
    const refusal = report('E', '25006', 'cannot execute INSERT in a read-only transaction', 'PreventCommandIfReadOnly');
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.write(Buffer.concat([refusal, ready])) });
    const history = await told(server.port, probe);
    expectWhole(history);
    expect(outcomes(history)).toEqual(['fail 25006']);
    expect(server.connections).toBe(4);
  });

  it('a refusal that came before the deadline stands, though the server was not ready again', async () => {
    const refusal = report('E', '40001', 'could not serialize access', 'X');
    await using server = await wireServer({ login: 'accept', query: (socket) => socket.write(refusal) });
    expect(outcomes(await told(server.port, { ...probe, deadlineNs: 300_000_000 }))).toEqual(['fail 40001']);
  });

  it('a commit acknowledged without its synchronous standby is not durable, and the next one is', async () => {
    const warning = report('N', '01000', 'canceling wait for synchronous replication due to user request', 'SyncRepWaitForLSN');
    let queries = 0;
    const query = (socket: Socket) => socket.write(Buffer.concat([...(queries++ === 0 ? [warning] : []), complete('INSERT 0 1'), ready]));
    await using server = await wireServer({ login: 'accept', query });
    const { completes } = await told(server.port, { ...probe, connections: 1 });
    const acknowledged = completes.filter(({ outcome }) => outcome === 'ok');
    expect(acknowledged.map(({ value }) => value?.durable).slice(0, 3)).toEqual([false, undefined, undefined]);
  });

  it('a COMMIT answered with ROLLBACK has failed', async () => {
    const query = (socket: Socket, sql: string) => socket.write(Buffer.concat([complete(sql === 'COMMIT' ? 'ROLLBACK' : sql), ready]));
    await using server = await wireServer({ login: 'accept', query });
    expect(outcomes(await told(server.port, { ...probe, series: 'bank', kind: 'bank', accounts: 5 }))).toEqual(['fail 40000']);
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
    expect(misused).toEqual([]);
    expect(server.connections).toBe(4);
  });

  it('is served again when the server is back', async () => {
    const answer = (socket: Socket) => void socket.write(Buffer.concat([complete('INSERT 0 1'), ready]));
    await using server = await wireServer({ login: 'accept', query: answer });
    const last = (count: number, good: boolean) => (so: Told) =>
      so.completes.length >= count && so.completes.slice(-count).every(({ outcome }) => (outcome === 'ok') === good);
    const history = await told(server.port, probe, async (seen) => {
      await seen('service', last(3, true));
      server.behaviour = { login: 'accept', query: (socket) => socket.resetAndDestroy() };
      await seen('refusals', last(3, false));
      server.behaviour = { login: 'accept', query: answer };
      await seen('service again', last(5, true));
    });
    expectWhole(history);
    expect(history.connections.at(-1)?.state).toBe('connected');
  });
});
