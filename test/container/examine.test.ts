import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/base/wait.ts';
import integ from '../../src/checks/integ.ts';
import seq from '../../src/checks/seq.ts';
import { captureFinal } from '../../src/postgres/examine.ts';
import { sampleMember, withSession } from '../../src/postgres/session.ts';
import { captureOptions, database, makeWorkload } from '../support/captured.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import { syntheticRun } from '../support/synthetic-run.ts';

const limits = { connectMs: 2000, statementMs: 2000, applicationName: 'test' };

describe.each([15, 17, 18])('the final state of a primary and a standby, PostgreSQL %i', (major) => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  const scope = new AsyncDisposableStack();

  beforeAll(async () => {
    primary = scope.use(await PostgresServer.start('pg1', { major }));
    await makeWorkload(primary);
    standby = scope.use(await PostgresServer.start('pg2', { major, standbyOf: primary }));
  });
  afterAll(() => scope.disposeAsync());

  test('is captured whole', async () => {
    const final = await captureFinal(captureOptions([primary, standby]));

    expect(final.gaps).toEqual([]);
    expect(final.primary).toBe('pg1');
    expect(integ.evaluate({ ...syntheticRun(), final }).outcome).toBe('pass');
    expect(seq.evaluate({ ...syntheticRun(), final }).outcome).toBe('pass');
    expect(final.rows).toEqual({
      'rw-persistent': [[0, 6], [8, 49], [52, 99]],
      'rw-new': [],
      ledger: [[3, 2002]],
      bank: [[4, 4]],
    }); // prettier-ignore
    expect(final.bank).toEqual({ accounts: 10, expectedTotal: 10_000, total: 10_000 });
    expect(final.sequences).toEqual([
      { sequence: 'pgdrill.ledger_id_seq', column: 'pgdrill.ledger.id', nextValue: 2001, maxValue: 2000 },
      { sequence: 'pgdrill.transfer_id_seq', column: 'pgdrill.transfer.id', nextValue: 2, maxValue: 1 },
    ]);
    expect(final.amcheck.filter(({ error }) => error !== null)).toEqual([]);
    for (const member of ['pg1', 'pg2']) {
      const checked = final.amcheck.filter((one) => one.member === member && one.heapAllIndexed).map(({ index }) => index);
      expect(checked).toEqual(expect.arrayContaining(['pgdrill.ledger_pkey', 'pg_catalog.pg_class_oid_index']));
      expect(checked.length).toBeGreaterThan(100);
    }
    const [one, two] = final.members;
    expect(one).toMatchObject({ member: 'pg1', address: primary.address, agent: { role: 'primary' }, timelineHistory: [] });
    expect(one?.sql).toMatchObject({ inRecovery: false, timeline: 1, replayAdvanced: null, checksumFailures: 0 });
    expect(two?.sql).toMatchObject({
      inRecovery: true,
      timeline: 1,
      replayAdvanced: true,
      walReceiver: { status: 'streaming', upstream: primary.address, timeline: 1 },
      systemIdentifier: one?.sql?.systemIdentifier,
    });
    expect(final.routes).toMatchObject([
      { route: 'rw', server: primary.address, inRecovery: false, replayAgeMs: null },
      { route: 'ro', server: standby.address, inRecovery: true },
    ]);
    expect(final.routes[1]?.replayAgeMs).toBeLessThan(2000);
  });

  test('a sample tells role, timeline and upstream', async () => {
    const [one, two] = await Promise.all(
      [primary, standby].map((server) => withSession(server.member(database).sql, limits, sampleMember)),
    );
    expect(one).toMatchObject({ ok: true, value: { inRecovery: false, timeline: 1, lsn: expect.stringMatching(/^0\/[0-9A-F]+$/) } });
    expect(two).toMatchObject({ ok: true, value: { inRecovery: true, timeline: 1, upstream: primary.address } });
  });
});

describe('a final state with something wrong', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let scope: AsyncDisposableStack;

  beforeAll(async () => {
    scope = new AsyncDisposableStack();
    primary = scope.use(await PostgresServer.start('pg1'));
    await makeWorkload(primary);
    standby = scope.use(await PostgresServer.start('pg2', { standbyOf: primary }));
  });
  afterAll(() => scope.disposeAsync());

  test('a sequence that was left behind is seen', async () => {
    await primary.sql(database, "SELECT setval('pgdrill.ledger_id_seq', 1000, false)");
    const final = await captureFinal(captureOptions([primary, standby]));
    expect(seq.evaluate({ ...syntheticRun(), final })).toMatchObject({
      outcome: 'fail',
      offences: [{ what: expect.stringContaining('would give 1000') }],
    });
    expect(final.sequences[0]).toEqual({ sequence: 'pgdrill.ledger_id_seq', column: 'pgdrill.ledger.id', nextValue: 1000, maxValue: 2000 });
  });

  test('an index that misses rows of its table is found on both members', async () => {
    // The function changes under its index, as a collation does under glibc: what was indexed is no longer what the heap says.
    await primary.sql(
      database,
      "CREATE FUNCTION pgdrill.key(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
      'CREATE INDEX bent ON pgdrill.ledger (pgdrill.key(op))',
      "CREATE OR REPLACE FUNCTION pgdrill.key(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT -$1'",
    );
    const final = await captureFinal(captureOptions([primary, standby]));
    expect(integ.evaluate({ ...syntheticRun(), final })).toMatchObject({ outcome: 'fail', offences: [{ node: 'pg1' }, { node: 'pg2' }] });
    const { amcheck, gaps } = final;
    const found = amcheck.filter(({ error }) => error !== null);
    expect(found.map(({ member, index }) => [member, index])).toEqual([['pg1', 'pgdrill.bent'], ['pg2', 'pgdrill.bent']]); // prettier-ignore
    expect(found[0]?.error).toContain('lacks matching index tuple');
    expect(gaps).toEqual([]);
    await primary.sql(database, 'DROP INDEX pgdrill.bent');
  });

  test('money that vanished is seen', async () => {
    await primary.sql(database, 'UPDATE pgdrill.account SET balance = balance - 1 WHERE id = 3');
    const { bank } = await captureFinal(captureOptions([primary, standby]));
    expect(bank).toEqual({ accounts: 10, expectedTotal: 10_000, total: 9999 });
  });

  test('a standby whose replay stands still did not advance, and its route is stale', async () => {
    await standby.sql(database, 'SELECT pg_wal_replay_pause()');
    await waitFor({ name: 'replay to pause', budgetMs: 5000 }, async () => {
      const [row] = await standby.sql(database, 'SELECT pg_get_wal_replay_pause_state() AS state');
      return row?.['state'] === 'paused' ? { done: true, value: row } : { done: false, seen: String(row?.['state']) };
    });
    const final = await captureFinal(captureOptions([primary, standby], { budgetMs: 15_000 }));
    expect(final.members[1]?.sql?.replayAdvanced).toBe(false);
    expect(final.routes[1]?.replayAgeMs).toBeGreaterThan(2000);
    await standby.sql(database, 'SELECT pg_wal_replay_resume()');
  });

  test('two members that take writes leave no primary and nothing to read rows from', async () => {
    await standby.sql(database, 'SELECT pg_promote()');
    const final = await captureFinal(captureOptions([primary, standby]));
    expect(final.primary).toBeNull();
    expect(final.rows).toBeNull();
    expect(final.gaps).toContain('rows: 2 members take writes, so there is none to read from');
    expect(final.members[1]).toMatchObject({
      sql: { inRecovery: false, timeline: 2 },
      timelineHistory: [{ timeline: 1, switchLsn: expect.stringMatching(/^0\//), reason: 'no recovery target specified' }],
    });
  });

  test('a page with flipped bytes is found by amcheck and by its checksum', async () => {
    const [{ path } = { path: '' }] = await primary.sql(database, "SELECT pg_relation_filepath('pgdrill.ledger_series_op_key') AS path");
    await primary.docker('stop');
    const spot = `${primary.member(database).data.dir}/${String(path)}`;
    // Block 1 of a B-tree is its first leaf.
    const flipped = await primary.node.runBeside(
      'db',
      ['dd', 'if=/dev/urandom', `of=${spot}`, 'bs=1', 'seek=12000', 'count=64', 'conv=notrunc'],
      { user: 'root' },
    );
    expect(flipped.exitCode).toBe(0);
    await primary.docker('start');
    const final = await captureFinal(captureOptions([primary]));
    expect(final.amcheck.filter(({ error }) => error !== null)).toMatchObject([
      { member: 'pg1', index: 'pgdrill.ledger_series_op_key', error: expect.stringContaining('invalid page in block 1') },
    ]);
    expect(final.members[0]?.sql?.checksumFailures).toBeGreaterThan(0);
  });

  test('a frozen member costs its connect budget and no more', async () => {
    await standby.docker('pause');
    const begun = performance.now();
    const final = await captureFinal(captureOptions([primary, standby]));
    await standby.docker('unpause');
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(final.members[1]).toMatchObject({ sql: null, sqlError: expect.stringContaining('no answer within') });
    expect(final.primary).toBe('pg1');
  });
});

describe('a standby that lost its upstream', () => {
  test('still tells the timeline that it replayed to, and how that came to be', async () => {
    await using old = await PostgresServer.start('pg1');
    await makeWorkload(old);
    await using upstream = await PostgresServer.start('pg2', { standbyOf: old });
    await using standby = await PostgresServer.start('pg3', { standbyOf: old });
    await old.docker('kill');
    await upstream.sql(database, 'SELECT pg_promote()');
    await standby.sql(database, `ALTER SYSTEM SET primary_conninfo = 'host=${upstream.address} user=postgres'`, 'SELECT pg_reload_conf()');
    await waitFor({ name: 'pg3 to replay timeline 2', budgetMs: 20_000 }, async () => {
      const { members } = await captureFinal(captureOptions([upstream, standby]));
      const sql = members[1]?.sql;
      return sql?.timeline === 2 && sql.replayAdvanced === true ? { done: true, value: sql } : { done: false, seen: JSON.stringify(sql) };
    });
    await upstream.docker('kill');

    const final = await captureFinal(captureOptions([standby]));
    expect(final.members[0]).toMatchObject({ sql: { inRecovery: true, timeline: 2 }, timelineHistory: [{ timeline: 1 }] });
    expect(final.members[0]?.sql?.walReceiver).toBeUndefined();
    expect(final.gaps.filter((gap) => gap.startsWith('history'))).toEqual([]);
  });
});
