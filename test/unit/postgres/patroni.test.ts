import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { PatroniApi } from '../../../src/postgres/patroni.ts';
import { lsnOfBytes, readCluster, readStatus } from '../../../src/postgres/patroni-read.ts';

/** Replies of real members, by version. */
const replies = JSON.parse(readFileSync(new URL('fixtures/patroni.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const reply = (name: string): Record<string, unknown> => replies[name] ?? {};

describe('a member of itself', () => {
  test('Patroni 3 says master, Patroni 4 says primary', () => {
    expect(readStatus(reply('patroni 3.0.2, PostgreSQL 15, primary'))).toEqual({
      role: 'primary',
      state: 'running',
      timeline: 2,
      lsn: '0/1B84960',
      receivedLsn: null,
      pendingRestart: false,
      sync: null,
      paused: false,
      replication: [{ name: 'pg2', state: 'streaming', syncState: 'sync' }],
      dcsLastSeen: 1795257243,
      serverVersion: 150020,
      patroniVersion: '3.0.2',
    });
    expect(readStatus(reply('patroni 4.1, PostgreSQL 18, primary'))).toMatchObject({
      role: 'primary',
      state: 'running',
      patroniVersion: '4.1.5',
    });
  });

  test('a standby says what its replication does where it can', () => {
    expect(readStatus(reply('patroni 3.0.2, PostgreSQL 15, standby'))).toMatchObject({
      role: 'replica',
      state: 'running',
      lsn: '0/1B84960',
    });
    expect(readStatus(reply('patroni 4.1, PostgreSQL 18, standby'))).toMatchObject({
      role: 'replica',
      state: 'streaming',
      receivedLsn: '0/1BAB978',
    });
  });

  test('synchronous, quorum, restart pending, in maintenance, stopped', () => {
    const standby = reply('patroni 4.1, PostgreSQL 18, standby');
    expect(readStatus({ ...standby, sync_standby: true }).sync).toBe('sync');
    expect(readStatus({ ...standby, quorum_standby: true }).sync).toBe('quorum');
    expect(readStatus({ ...standby, pending_restart: true, pause: true })).toMatchObject({ pendingRestart: true, paused: true });
    const stopped = { state: 'stopped', role: 'replica', patroni: { version: '4.0.7', scope: 'drill', name: 'pg1' } };
    expect(readStatus(stopped)).toMatchObject({ state: 'stopped', timeline: null, lsn: null, replication: [] });
  });
});

test.each(['cluster 3.0.2', 'cluster 4.1'])('%s: one primary and one replica', (name) => {
  const { members } = readCluster(reply(name));
  expect(members.map(({ role }) => role).toSorted()).toEqual(['primary', 'replica']);
  expect(members.find(({ role }) => role === 'replica')).toMatchObject({ timeline: 2, lagBytes: 0, port: 5432 });
  expect(readCluster({ members: [{ name: 'pg1', lag: 'unknown' }] }).members[0]?.lagBytes).toBeNull();
});

test('a position in bytes is written as PostgreSQL writes it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 52n }), (bytes) => {
      const [high = '', low = ''] = lsnOfBytes(Number(bytes)).split('/');
      expect((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)).toBe(bytes);
    }),
  );
});

describe('a member that', () => {
  let server: Server | undefined;
  const api = async (listener: Parameters<typeof createServer>[1]): Promise<PatroniApi> => {
    server = createServer(listener ?? (() => undefined));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return new PatroniApi('127.0.0.1', (server.address() as AddressInfo).port, 200);
  };
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  test('accepts and stays silent costs the budget and no more', async () => {
    const silent = await api(() => undefined);
    const before = performance.now();
    expect(await silent.status()).toEqual({ ok: false, error: 'no answer in 200ms' });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test('stops in the middle of its answer costs the budget too', async () => {
    const halting = await api((_request, response) => void response.writeHead(200).write('{"state": "runn'));
    expect(await halting.status()).toEqual({ ok: false, error: 'no answer in 200ms' });
  });

  test('is not there says so', async () => {
    const gone = await api(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    expect(await gone.status()).toMatchObject({ ok: false, error: expect.stringContaining('ECONNREFUSED') });
  });

  test('answers with something else than JSON, or with an error, says what', async () => {
    const odd = await api((_request, response) => void response.end('<html>'));
    expect(await odd.status()).toMatchObject({ ok: false, error: expect.stringContaining('<html>') });
    server?.close();
    const failing = await api((_request, response) => void response.writeHead(503).end('no leader'));
    expect(await failing.cluster()).toEqual({ ok: false, error: 'HTTP 503: no leader' });
  });

  test('refuses a switchover makes the fault fail, with its words', async () => {
    const refusing = await api((_request, response) => void response.writeHead(412).end('leader name does not match'));
    await expect(refusing.switchover({ leader: 'pg9' })).rejects.toMatchObject({
      code: 'fault-failed',
      message: 'Patroni refused the switchover from pg9: HTTP 412: leader name does not match',
    });
  });
});
