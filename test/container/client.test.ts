import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../src/base/wait.ts';
import { clientConfig } from '../../src/client/plan.ts';
import { initialBalance, schemaSql } from '../../src/client/schema.ts';
import type { CompleteEvent } from '../../src/history/operations.ts';
import { connectEngine } from '../../src/runtime/engine.ts';
import { ensureImages } from '../../src/runtime/images.ts';
import { ClientProgram, clientsOf, routeTo } from '../support/client-program.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { PostgresServer } from '../support/postgres-server.ts';

const run = promisify(execFile);
const accounts = 10;

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start('pg1');
  await server.sql('postgres', 'CREATE ROLE drill LOGIN', 'CREATE DATABASE drill');
  await server.sql('drill', schemaSql({ accounts }));
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  await server.sql(
    'drill',
    'TRUNCATE pgdrill.probe, pgdrill.ledger, pgdrill.transfer',
    `UPDATE pgdrill.account SET balance = ${initialBalance}`,
  );
});

/** Kills a busy backend with SIGKILL: the server takes all of its sessions down and recovers from its WAL. */
async function crash(): Promise<void> {
  const [victim] = await server.sql(
    'postgres',
    "SELECT pid FROM pg_stat_activity WHERE usename = 'drill' ORDER BY state_change DESC LIMIT 1",
  );
  await run('docker', ['exec', server.id, 'sh', '-c', `kill -9 ${String(victim?.['pid'])}`]);
}

async function opsIn(table: string, series: string): Promise<Set<number>> {
  const rows = await server.sql('drill', `SELECT op::int AS op FROM pgdrill.${table} WHERE series = '${series}'`);
  return new Set(rows.map((row) => Number(row['op'])));
}

const ops = (completes: CompleteEvent[], outcome: CompleteEvent['outcome']) =>
  completes.filter((one) => one.outcome === outcome).map(({ op }) => op);
const codes = (completes: CompleteEvent[]) => [...new Set(completes.map(({ outcome, error }) => `${outcome} ${error?.code ?? ''}`.trim()))];

/** The claim behind every RPO figure: what was acknowledged is there, what surely failed is not. */
async function expectTruthful(completes: CompleteEvent[], table: string, series: string): Promise<void> {
  const there = await opsIn(table, series);
  expect(ops(completes, 'ok').filter((op) => !there.has(op))).toEqual([]);
  expect(ops(completes, 'fail').filter((op) => there.has(op))).toEqual([]);
  const unknown = new Set(ops(completes, 'info'));
  const acknowledged = new Set(ops(completes, 'ok'));
  expect([...there].filter((op) => !acknowledged.has(op) && !unknown.has(op))).toEqual([]);
}

describe('the client against a real server', () => {
  it('tells the truth about every write while the server crashes and hangs, directly and through PgBouncer', async () => {
    await using pooler = await startPgBouncer(server.address);
    const routes = [routeTo('rw', pooler.address, 6432), routeTo('ro', pooler.address, 6432), routeTo('member:pg1', server.address)];
    await using client = await ClientProgram.start(
      {
        probes: { interval: '5ms', deadline: '700ms', connections: 6, memberInterval: '2ms' },
        ledger: { rate: '200/s', connections: 8 },
        bank: { rate: '100/s', accounts, connections: 4 },
      },
      routes,
    );
    await sleep(1000);
    for (let crashes = 0; crashes < 4; crashes++) {
      await crash();
      await server.answering();
      await sleep(700);
    }
    await server.docker('pause');
    await sleep(1200);
    await server.docker('unpause');
    await sleep(1000);
    expect(await client.stop()).toBe(0);

    const tables = { 'rw-persistent': 'probe', 'rw-new': 'probe', 'member-pg1': 'probe', ledger: 'ledger', bank: 'transfer' };
    for (const [series, table] of Object.entries(tables)) {
      const completes = client.completes(series);
      await expectTruthful(completes, table, series);
      // Each kind of answer came up, or the test shows nothing. A transfer is seldom caught within its COMMIT.
      for (const outcome of series === 'bank' ? (['ok', 'fail'] as const) : (['ok', 'fail', 'info'] as const)) {
        expect([series, outcome, ops(completes, outcome).length > 0]).toEqual([series, outcome, true]);
      }
      expect(completes.map(({ op }) => op).toSorted((a, b) => a - b)).toEqual(completes.map((_, op) => op));
    }
    expect(ops(client.completes('ro-persistent'), 'info')).toEqual([]);
    const [bank] = await server.sql('drill', 'SELECT sum(balance)::int AS total FROM pgdrill.account');
    expect(bank?.['total']).toBe(accounts * initialBalance);
    expect(client.events().at(-1)).toMatchObject({ type: 'client-end', reason: 'stopped' });
  });

  it('says of a write who took it, on which timeline, and how far the WAL was', async () => {
    await using client = await ClientProgram.start({ probes: { members: false }, ledger: { rate: '0/s' }, bank: { rate: '0/s' } }, [
      routeTo('rw', server.address),
    ]);
    await sleep(500);
    await client.stop();
    const values = client.completes('rw-new').map(({ value }) => value);
    for (const value of values) {
      expect(value).toEqual({ server: server.address, timeline: 1, lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) });
    }
    expect(values.length).toBeGreaterThan(3);
  });

  it('is refused with 25006 by a standby, and reads there what it has replayed', async () => {
    await using standby = await PostgresServer.start('pg2', { standbyOf: server });
    const routes = [routeTo('rw', server.address), routeTo('ro', standby.address), routeTo('member:pg2', standby.address)];
    await using client = await ClientProgram.start({}, routes);
    await sleep(2000);
    await client.stop();
    const attempts = client.completes('member-pg2');
    expect(codes(attempts)).toEqual(['fail 25006']);
    expect(attempts.length).toBeGreaterThan(10);
    const reads = client.completes('ro-persistent').filter(({ outcome }) => outcome === 'ok');
    expect(reads.at(-1)?.value).toEqual({
      ...{ server: standby.address, inRecovery: true, timeline: 1 },
      ...{ lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/), replayAgeMs: expect.any(Number) },
    });
    expect(reads.at(-1)?.value?.replayAgeMs).toBeLessThan(5000);
  });

  it('records a commit that was not waited for on the standby as not durable', async () => {
    await server.sql('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", 'SELECT pg_reload_conf()');
    try {
      await using client = await ClientProgram.start({ probes: { members: false, deadline: '20s' }, bank: { rate: '0/s' } }, [
        routeTo('rw', server.address),
      ]);
      // Whoever waits is released, until something was acknowledged.
      await waitFor({ name: 'an acknowledged ledger row', budgetMs: 20_000 }, async () => {
        await server.sql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        const { series } = await client.control.status();
        return (series['ledger']?.ok ?? 0) > 5 ? { done: true, value: undefined } : { done: false, seen: JSON.stringify(series) };
      });
      const acknowledged = client.completes('ledger').filter(({ outcome }) => outcome === 'ok');
      expect(acknowledged.map(({ value }) => value?.durable)).toEqual(acknowledged.map(() => false));
    } finally {
      await server.sql('postgres', 'ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()');
    }
  });

  it('stops with exit code 1 when the disk of its history is full, and what it had flushed is there and true', async () => {
    const { client } = await ensureImages({
      engine: await connectEngine(),
      roles: ['client'],
      postgres: 17,
      overrides: {},
      note: () => undefined,
    });
    const place = { client: 'client1', zone: 'app', epochNs: '0', historyFile: '/history/client.jsonl', controlPort: 7432 };
    const config = clientConfig(clientsOf({ ledger: { rate: '500/s' } }), [routeTo('rw', server.address)], place);
    const script = `printf '%s' "$CONFIG" > /tmp/client.json; node /opt/pgdrill/src/client/main.ts /tmp/client.json; echo $? >&2; cat /history/client.jsonl`;
    const home = (path: string) => `${fileURLToPath(new URL(`../../${path}`, import.meta.url))}:/opt/pgdrill/${path}:ro`;
    const { stdout, stderr } = await run('docker', [
      ...['run', '--rm', '--label', 'pgdrill=1', '--tmpfs', '/history:size=256k', '--env', `CONFIG=${JSON.stringify(config)}`],
      ...['src/base', 'src/history', 'src/client', 'package.json'].flatMap((path) => ['--volume', home(path)]),
      ...[client.reference, 'sh', '-c', script],
    ]);
    expect(stderr).toBe('pgdrill client: no space left to write /history/client.jsonl\n1\n');
    const lines = stdout.split('\n').slice(0, -1);
    const completes = lines
      .map((line) => JSON.parse(line) as CompleteEvent)
      .filter(({ type, series }) => type === 'complete' && series === 'ledger');
    const there = await opsIn('ledger', 'ledger');
    expect(ops(completes, 'ok').length).toBeGreaterThan(100);
    expect(ops(completes, 'ok').filter((op) => !there.has(op))).toEqual([]);
  });
});
