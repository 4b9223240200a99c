import { describe, expect, test } from 'vitest';
import integ from '../../../src/checks/integ.ts';
import seq from '../../../src/checks/seq.ts';
import { bendFinal, bendMember, bendSql } from '../../support/bend.ts';
import { syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();
const ledger = { sequence: 'pgdrill.ledger_id_seq', column: 'pgdrill.ledger.id' };

describe('SEQ', () => {
  test.each([1000, 2000])('fails when nextval would give %i and 2000 is in use', (nextValue) => {
    const result = seq.evaluate(bendFinal(clean, () => ({ sequences: [{ ...ledger, nextValue, maxValue: 2000 }] })));
    expect(result).toMatchObject({
      outcome: 'fail',
      offences: [{ what: `pgdrill.ledger_id_seq would give ${nextValue}, but pgdrill.ledger.id holds 2000` }],
    });
  });

  test.each([[2001, 2000], [1, null]])('passes when nextval would give %i and the largest is %s', (nextValue, maxValue) => {
    expect(seq.evaluate(bendFinal(clean, () => ({ sequences: [{ ...ledger, nextValue, maxValue }] }))).outcome).toBe('pass');
  }); // prettier-ignore

  test('is unknown when sequences could not be read, or there are none', () => {
    const gap = bendFinal(clean, () => ({ sequences: [], gaps: ['sequences: permission denied'] }));
    expect(seq.evaluate(gap)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('permission denied') });
    expect(seq.evaluate(bendFinal(clean, () => ({ sequences: [] }))).outcome).toBe('unknown');
  });
});

describe('INTEG', () => {
  test('fails on an index that does not match its table, and names it', () => {
    const error = 'heap tuple (0,1) from table "ledger" lacks matching index tuple within index "ledger_pkey"';
    const evidence = bendFinal(clean, ({ amcheck }) => ({
      amcheck: amcheck.map((one) => (one.member === 'pg3' ? { ...one, error } : one)),
    }));
    expect(integ.evaluate(evidence)).toMatchObject({
      outcome: 'fail',
      offences: [{ node: 'pg3', what: `amcheck on pg3: pgdrill.ledger_pkey: ${error}` }],
    });
  });

  test('fails on checksum failures', () => {
    expect(integ.evaluate(bendSql(clean, 'pg2', { checksumFailures: 2 }))).toMatchObject({
      outcome: 'fail',
      offences: [{ node: 'pg2', what: 'pg2 counted 2 pages with a wrong checksum' }],
    });
  });

  test.each([99_999, 100_001, 0])('fails when the accounts hold %i in place of 100000', (total) => {
    const result = integ.evaluate(bendFinal(clean, () => ({ bank: { accounts: 100, expectedTotal: 100_000, total } })));
    expect(result).toMatchObject({
      outcome: 'fail',
      offences: [{ what: `the accounts hold ${total} in all, and held 100000 at the start` }],
    });
  });

  test('says where checksums are off', () => {
    const result = integ.evaluate(bendSql(clean, 'pg2', { checksumFailures: null }));
    expect(result).toMatchObject({ outcome: 'pass', summary: expect.stringContaining('data checksums are off on pg2') });
  });

  test.each([
    [
      'a member was not checked',
      bendFinal(clean, ({ amcheck }) => ({ amcheck: amcheck.filter(({ member }) => member !== 'pg2') })),
      'no index was checked on pg2',
    ],
    [
      'amcheck was cut short',
      bendFinal(clean, () => ({ gaps: ['amcheck on pg2: stopped after 3 of 120 indexes'] })),
      'stopped after 3 of 120',
    ],
    ['the accounts were not read', bendFinal(clean, () => ({ bank: null })), 'the accounts were not read'],
    ['a member is down', bendMember(clean, 'pg3', () => ({ sql: null })), 'pg3 does not answer'],
  ])('is unknown when %s', (_what, evidence, reason) => {
    expect(integ.evaluate(evidence)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining(reason) });
  });

  test('a drill without a bank needs no accounts', () => {
    const series = new Map([...clean.series].filter(([name]) => name !== 'bank'));
    expect(integ.evaluate({ ...bendFinal(clean, () => ({ bank: null })), series }).outcome).toBe('pass');
  });
});
