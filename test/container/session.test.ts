import { describe, expect, test } from 'vitest';
import { sampleMember, SqlSession, withSession } from '../../src/postgres/session.ts';
import { PostgresServer } from '../support/postgres-server.ts';

const limits = { connectMs: 2000, statementMs: 2000, applicationName: 'test' };

describe('a session', () => {
  test('closes at the deadline of a statement, and says so of the next', async () => {
    await using server = await PostgresServer.start('pg1');
    const opened = await SqlSession.open(server.member('postgres').sql, { ...limits, statementMs: 200 });
    if (!opened.ok) throw new Error(opened.error.message);
    await using session = opened.value;
    expect(await session.query('SELECT pg_sleep(30)')).toMatchObject({ ok: false, error: { code: 'deadline' } });
    expect(session.open).toBe(false);
    expect(await session.query('SELECT 1')).toMatchObject({ ok: false });
  });

  test('gives the SQLSTATE of a refusal, and of its own end', async () => {
    await using server = await PostgresServer.start('pg1');
    await using session = await server.session();
    expect(await session.query('SELECT nonsense')).toMatchObject({ ok: false, error: { code: '42703' } });
    expect(await session.query('SELECT pg_terminate_backend(pg_backend_pid())')).toMatchObject({ ok: false, error: { code: '57P01' } });
    expect(await session.query('SELECT 1')).toMatchObject({ ok: false });
    await server.docker('kill');
    const refused = await withSession(server.member('postgres').sql, limits, sampleMember);
    expect(refused).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(ECONNREFUSED|EHOSTUNREACH|deadline)$/) } });
  });
});
