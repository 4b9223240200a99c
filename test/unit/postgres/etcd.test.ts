import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { EtcdApi, encode } from '../../../src/postgres/etcd.ts';
import { watchKey, type WatchedChange } from '../../../src/postgres/etcd-watch.ts';
import { LeaderSight, type KeyChange } from '../../../src/postgres/leader-sight.ts';

describe('sight of the leader key', () => {
  test('begins with what is there, and names each way in which a key changes hands', () => {
    const sight = new LeaderSight();
    expect(sight.nextRevision).toBeNull();
    expect(sight.read('pg1', 10)).toEqual({ holder: 'pg1', revision: 10, how: 'initial' });
    expect(sight.nextRevision).toBe(11);
    expect(sight.change({ revision: 12, holder: null }, 'ended')).toEqual({ holder: null, revision: 12, how: 'expired' });
    expect(sight.change({ revision: 13, holder: 'pg2' }, 'unknown')).toEqual({ holder: 'pg2', revision: 13, how: 'acquired' });
    expect(sight.change({ revision: 20, holder: null }, 'alive')).toEqual({ holder: null, revision: 20, how: 'released' });
    expect(sight.change({ revision: 21, holder: 'pg1' }, 'unknown')).toEqual({ holder: 'pg1', revision: 21, how: 'acquired' });
    expect(sight.change({ revision: 30, holder: null }, 'unknown')).toEqual({ holder: null, revision: 30, how: 'lost-sight' });
  });

  test('a key written anew by its holder has not changed hands', () => {
    const sight = new LeaderSight();
    sight.read('pg1', 10);
    expect(sight.change({ revision: 11, holder: 'pg1' }, 'unknown')).toBeNull();
    expect(sight.nextRevision).toBe(12);
  });

  test('is lost once, and regained with what was known or with the change that was missed', () => {
    const sight = new LeaderSight();
    sight.read('pg1', 10);
    expect(sight.lost()).toEqual({ holder: 'pg1', how: 'lost-sight' });
    expect(sight.lost()).toBeNull();
    expect(sight.read('pg1', 15)).toEqual({ holder: 'pg1', revision: 10, how: 'initial' });
    sight.lost();
    // Not from the read: whoever reads next is about to report the change itself.
    expect(sight.read('pg2', 20)).toBeNull();
    expect(sight.nextRevision).toBe(11);
    expect(sight.change({ revision: 17, holder: null }, 'ended')).toMatchObject({ how: 'expired' });
    expect(sight.change({ revision: 18, holder: 'pg2' }, 'unknown')).toMatchObject({ how: 'acquired', holder: 'pg2' });
  });

  test('begins anew when the store has forgotten what was missed', () => {
    const sight = new LeaderSight();
    sight.read('pg1', 10);
    expect(sight.forget()).toMatchObject({ how: 'lost-sight' });
    expect(sight.read('pg2', 500)).toEqual({ holder: 'pg2', revision: 500, how: 'initial' });
  });

  test('each change is told once and in order, however many sources report it and however often they start again', () => {
    const history = fc.array(fc.constantFrom('pg1', 'pg2', 'pg3', null), { maxLength: 20 });
    // Which source reports its next change; a negative number makes it start again from nextRevision.
    const schedule = fc.array(fc.integer({ min: -3, max: 2 }), { maxLength: 200 });
    fc.assert(
      fc.property(history, schedule, (holders, turns) => {
        const changes: KeyChange[] = holders.map((holder, index) => ({ holder, revision: 100 + 3 * index }));
        const sight = new LeaderSight();
        sight.read('pg1', 99);
        const next = [100, 100, 100];
        const told: (string | null)[] = [];
        const report = (source: number): void => {
          const change = changes.find(({ revision }) => revision >= (next[source] ?? 0));
          if (change === undefined) return;
          next[source] = change.revision + 1;
          const emitted = sight.change(change, 'ended');
          if (emitted !== null) told.push(emitted.holder);
        };
        for (const turn of turns) {
          if (turn < 0) next[-turn - 1] = sight.nextRevision ?? 0;
          else report(turn);
        }
        for (const _ of changes) report(0);
        expect(told).toEqual(holders.filter((holder, index) => holder !== (index === 0 ? 'pg1' : holders[index - 1])));
      }),
    );
  });
});

describe('a stream of changes', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  /** Serves a body in the pieces given, then ends the stream. */
  const serve = async (pieces: Buffer[]): Promise<EtcdApi> => {
    server = createServer((_request, response) => {
      const write = (index: number): void => {
        const piece = pieces[index];
        if (piece === undefined) response.end();
        else response.write(piece, () => setImmediate(() => write(index + 1)));
      };
      write(0);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return new EtcdApi('127.0.0.1', (server.address() as AddressInfo).port);
  };
  const key = '/pgdrill/drill/leader';
  const line = (result: object): string => `${JSON.stringify({ result })}\n`;
  const put = (holder: string, revision: number) => ({
    kv: { key: encode(key), mod_revision: String(revision), value: encode(holder), lease: '77' },
  });
  const removed = (revision: number) => ({
    type: 'DELETE',
    kv: { key: encode(key), mod_revision: String(revision) },
    prev_kv: put('pg1', 5).kv,
  });

  test('is read whole, wherever the network cuts it', async () => {
    const body = Buffer.from(line({ created: true }) + line({ events: [removed(6), put('pg2', 7)] }) + line({ events: [put('pgé', 9)] }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 6 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), body.length];
        const api = await serve(
          edges
            .slice(1)
            .map((edge, index) => body.subarray(edges[index], edge))
            .filter(({ length }) => length > 0),
        );
        const seen: WatchedChange[] = [];
        const end = await watchKey(api, key, 6, (change) => seen.push(change), new AbortController().signal);
        server?.close();
        expect(end).toEqual({ compacted: false, why: 'the stream ended' });
        expect(seen.map(({ revision, now, before }) => [revision, now?.value ?? null, before?.lease ?? null])).toEqual([
          [6, null, '77'],
          [7, 'pg2', null],
          [9, 'pgé', null],
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('that asks for what the store has forgotten says so', async () => {
    const api = await serve([Buffer.from(line({ canceled: true, compact_revision: '90', cancel_reason: 'compacted' }))]);
    expect(await watchKey(api, key, 6, () => undefined, new AbortController().signal)).toEqual({ compacted: true, why: 'compacted' });
  });

  test('ends when nobody is there, without an exception', async () => {
    const api = await serve([]);
    await new Promise((resolve) => server?.close(resolve));
    const end = await watchKey(api, key, 1, () => undefined, new AbortController().signal);
    expect(end).toMatchObject({ compacted: false, why: expect.stringContaining('ECONNREFUSED') });
  });
});
