import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, saysNotDurable, type Failure } from '../../../src/client/classify.ts';

const server = (code: string, message = 'the server said so'): Failure => ({ how: 'answered', code, message, byPooler: false });
const pooler = (message: string, code = '08P01'): Failure => ({ how: 'answered', code, message, byPooler: true });

const sqlstate = fc.stringMatching(/^[0-9A-Z]{5}$/);
const socketCode = fc.constantFrom('ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'connection-closed');
const failure: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({ how: fc.constant('answered' as const), code: sqlstate, message: fc.string(), byPooler: fc.boolean() }),
  fc.record({ how: fc.constantFrom('lost' as const, 'unsent' as const), code: socketCode, message: fc.string() }),
  fc.record({ how: fc.constant('deadline' as const), code: fc.constant('deadline'), message: fc.string() }),
);
const phase = fc.constantFrom('connecting' as const, 'sent' as const, 'committing' as const);

describe('outcomeOf a write that may have committed', () => {
  const committing = (why: Failure) => outcomeOf('write', 'committing', why);

  it.each([
    ['25006', 'read-only'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['23505', 'unique violation'],
    ['42P01', 'undefined table'],
    ['53300', 'too many connections'],
    ['53100', 'disk full'],
    ['55P03', 'lock not available'],
    ['57014', 'query cancelled before it committed'],
    ['57P03', 'cannot connect now'],
    ['25P02', 'failed transaction'],
    ['28000', 'login refused'],
    ['3D000', 'no such database'],
    ['40000', 'COMMIT answered with ROLLBACK'],
  ])('%s (%s) is surely not applied', (code) => expect(committing(server(code))).toBe('fail'));

  it.each([
    ['57P01', 'administrator command'],
    ['57P02', 'crash of another server process'],
    ['57P05', 'idle session timeout'],
    ['08006', 'connection failure'],
    ['08P01', 'protocol violation'],
    ['40003', 'completion unknown'],
    ['25P03', 'idle in transaction, session ended'],
    ['25P04', 'transaction timeout, session ended'],
    ['53200', 'out of memory'],
    ['58030', 'I/O error'],
    ['XX000', 'internal error'],
    ['99999', 'a code nobody knows'],
  ])('%s (%s) is unknown', (code) => expect(committing(server(code))).toBe('info'));

  it('is unknown when the connection is lost or the deadline passes', () => {
    expect(committing({ how: 'lost', code: 'ECONNRESET', message: '' })).toBe('info');
    expect(committing({ how: 'deadline', code: 'deadline', message: '' })).toBe('info');
  });

  it('is surely not applied when no byte of it left', () => {
    expect(committing({ how: 'unsent', code: 'ECONNRESET', message: '' })).toBe('fail');
  });

  it.each([
    'server login has been failing, cached error: connect failed (server_login_retry)',
    'server login has been failing, try again later (server_login_retry)',
    'query_wait_timeout',
    'client_login_timeout (server down)',
    'no more connections allowed (max_client_conn)',
    'server login failed: wrong password type',
  ])('is surely not applied when the pooler says that it never had a server: %s', (message) =>
    expect(committing(pooler(message))).toBe('fail'),
  );

  it.each([
    'server conn crashed?',
    'query timeout',
    'transaction timeout',
    'server shutting down',
    'admin forced disconnect',
    'something new',
  ])('is unknown when the pooler lost the server it had: %s', (message) => expect(committing(pooler(message))).toBe('info'));

  it('does not take the server for the pooler: the words prove nothing in its mouth', () => {
    expect(committing(server('08P01', 'query_wait_timeout'))).toBe('info');
  });

  it('takes an error that the pooler passes on from a failed login by its SQLSTATE', () => {
    expect(committing(pooler('sorry, too many clients already', '53300'))).toBe('fail');
    expect(committing(pooler('terminating connection', '57P01'))).toBe('info');
  });
});

describe('outcomeOf, whatever went wrong', () => {
  it('is `fail` for a read, and for a write of which nothing that commits had left', () => {
    fc.assert(
      fc.property(failure, phase, (why, reached) => {
        expect(outcomeOf('read', reached, why)).toBe('fail');
        if (reached !== 'committing') expect(outcomeOf('write', reached, why)).toBe('fail');
      }),
    );
  });

  it('is `info` for every loss and deadline while a commit is on its way', () => {
    fc.assert(
      fc.property(failure, (why) => {
        if (why.how === 'lost' || why.how === 'deadline') expect(outcomeOf('write', 'committing', why)).toBe('info');
      }),
    );
  });

  it('never takes a connection exception (class 08), an operator intervention that ends the session, or an internal error for a refusal', () => {
    const doubtful = fc.oneof(
      fc.stringMatching(/^08[0-9A-Z]{3}$/),
      fc.constantFrom('57P01', '57P02', '57P04', '57P05'),
      fc.stringMatching(/^(58|XX|F0)[0-9A-Z]{3}$/),
    );
    fc.assert(
      fc.property(doubtful, (code) => {
        expect(outcomeOf('write', 'committing', server(code))).toBe('info');
      }),
    );
  });
});

describe('saysNotDurable', () => {
  it.each([
    ['canceling wait for synchronous replication due to user request', undefined],
    ['canceling the wait for synchronous replication and terminating connection due to administrator command', undefined],
    ['annulation de l’attente', 'SyncRepWaitForLSN'],
  ])('%s', (message, routine) => expect(saysNotDurable({ message, routine, code: '01000' })).toBe(true));

  it('is not said by other warnings', () => {
    expect(saysNotDurable({ message: 'there is no transaction in progress', code: '25P01', routine: 'UserAbortTransactionBlock' })).toBe(
      false,
    );
    expect(saysNotDurable({ message: undefined, code: undefined, routine: undefined })).toBe(false);
  });
});
