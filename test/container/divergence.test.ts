import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunClock } from '../../src/base/clock.ts';
import { lsnDiffBytes } from '../../src/base/lsn.ts';
import { captureDivergence } from '../../src/postgres/divergence.ts';
import { PostgresServer } from '../support/postgres-server.ts';

const table = 'CREATE TABLE written (id bigserial PRIMARY KEY, xid bigint DEFAULT pg_current_xact_id()::text::bigint, note text)';
const positionSql = 'SELECT pg_current_wal_flush_lsn()::text AS lsn';

async function position(server: PostgresServer): Promise<string> {
  const [row] = await server.sql('postgres', positionSql);
  return String(row?.['lsn']);
}

function capture(server: PostgresServer, since: { lsn: string; timeline: number }) {
  const { dir: dataDir } = server.member('postgres').data;
  const clock = new RunClock();
  return captureDivergence(server.node, 'db', {
    dataDir,
    binDir: server.binDir,
    sinceLsn: since.lsn,
    sinceTimeline: since.timeline,
    clock,
  });
}

/** Transaction ids of the rows with a note, as SQL has them. */
async function written(server: PostgresServer, note: string): Promise<number[]> {
  const rows = await server.sql('postgres', `SELECT xid::int AS xid FROM written WHERE note LIKE '${note}%' ORDER BY id`);
  return rows.map(({ xid }) => Number(xid));
}

describe.each([15, 17, 18])('what a killed primary holds, PostgreSQL %i', (major) => {
  const scope = new AsyncDisposableStack();
  let primary: PostgresServer;
  beforeAll(async () => {
    primary = scope.use(await PostgresServer.start('pg1', { major }));
    await primary.sql('postgres', table, 'ALTER SYSTEM SET autovacuum = off', 'SELECT pg_reload_conf()');
  });
  afterAll(() => scope.disposeAsync());

  test('is exactly what was committed past the position', async () => {
    await primary.sql('postgres', "INSERT INTO written (note) VALUES ('before')");
    const since = { lsn: await position(primary), timeline: 1 };
    for (let count = 0; count < 20; count++) {
      // Every third spans several pages of WAL, so that ends of records are found across page headers.
      await primary.sql(
        'postgres',
        `INSERT INTO written (note) VALUES ('after' || repeat(md5(random()::text), ${count % 3 === 0 ? 900 : 1}))`,
      );
    }
    await primary.sql('postgres', 'BEGIN', "INSERT INTO written (note) VALUES ('after, rolled back')", 'ROLLBACK');
    const expected = await written(primary, 'after');
    expect(expected).toHaveLength(20);
    const end = await position(primary);
    await primary.docker('kill');

    const divergence = await capture(primary, since);

    expect(divergence.commits.map(({ xid }) => xid)).toEqual(expected);
    expect(divergence).toMatchObject({ member: 'pg1', timeline: 1, sinceLsn: since.lsn });
    // The server may have written a few records of its own between the last look and its end.
    expect(lsnDiffBytes(end, divergence.endLsn)).toBeGreaterThanOrEqual(0);
    expect(lsnDiffBytes(end, divergence.endLsn)).toBeLessThan(1024);
    expect(divergence.method).toContain('in production');
  });

  test('can be read of a frozen server too', async () => {
    await primary.docker('start');
    const since = { lsn: await position(primary), timeline: 1 };
    await primary.sql('postgres', "INSERT INTO written (note) VALUES ('frozen')");
    const expected = await written(primary, 'frozen');
    await primary.docker('pause');
    const divergence = await capture(primary, since);
    await primary.docker('unpause');
    expect(divergence.commits.map(({ xid }) => xid)).toEqual(expected);
  });
});

describe('across a promotion', () => {
  test('commits of both timelines are listed, and a foreign timeline is refused', async () => {
    await using primary = await PostgresServer.start('pg1');
    await primary.sql('postgres', table);
    await using standby = await PostgresServer.start('pg2', { standbyOf: primary });
    const since = { lsn: await position(primary), timeline: 1 };
    await primary.sql('postgres', "INSERT INTO written (note) VALUES ('both')");
    await primary.docker('stop');
    await standby.sql('postgres', 'SELECT pg_promote()', "INSERT INTO written (note) VALUES ('both, promoted')");
    const expected = await written(standby, 'both');
    await standby.docker('kill');

    const divergence = await capture(standby, since);

    expect(divergence.timeline).toBe(2);
    expect(divergence.commits.map(({ xid }) => xid)).toEqual(expect.arrayContaining(expected));
    await expect(capture(standby, { ...since, timeline: 7 })).rejects.toThrow('timeline 7 is no ancestor of timeline 2');
    await expect(capture(standby, { lsn: '0/100', timeline: 1 })).rejects.toThrow(/WAL of pg2 past 0\/100 is not whole: timeline 1/);
  });
});
