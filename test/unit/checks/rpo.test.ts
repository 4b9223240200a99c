import { describe, expect, test } from 'vitest';
import rpo from '../../../src/checks/rpo.ts';
import { bendFinal, bendSeries } from '../../support/bend.ts';
import { second, syntheticRun } from '../../support/synthetic-run.ts';

const noObjective = { objectives: {} };

describe('RPO', () => {
  test('fails and names the acknowledged rows that are missing', () => {
    const result = rpo.evaluate(syntheticRun({ lost: { ledger: 3, 'rw-new': 1 } }));
    expect(result.outcome).toBe('fail');
    expect(result.summary).toContain('4 are missing');
    expect(result.offences).toHaveLength(2);
    const ledger = result.offences.find(({ what }) => what.startsWith('ledger'));
    expect(ledger?.what).toMatch(
      /^ledger #\d+–#\d+ \(3 rows\) acknowledged by 10\.0\.0\.11 on timeline 1 from 1[45]\.\d+ s to 1[45]\.\d+ s are not in the table$/,
    );
    expect(ledger?.operations).toHaveLength(3);
    expect(ledger?.atNs).toBeLessThan(15.1 * second);
  });

  test('one missing row among thousands is enough', () => {
    const evidence = bendFinal(syntheticRun(), ({ rows }) => ({ rows: { ...rows, bank: [[0, 9], [11, 100_000]] } })); // prettier-ignore
    const result = rpo.evaluate(evidence);
    expect(result.offences.map(({ operations }) => operations)).toEqual([[{ series: 'bank', op: 10 }]]);
  });

  test('a series of which no row is left is lost altogether', () => {
    const evidence = bendFinal(syntheticRun(), ({ rows }) => ({
      rows: Object.fromEntries(Object.entries(rows ?? {}).filter(([name]) => name !== 'bank')),
    }));
    expect(rpo.evaluate(evidence)).toMatchObject({ outcome: 'fail' });
  });

  test('passes with the number named when the loss is within the objective, and fails past it', () => {
    const within = syntheticRun({ lost: { ledger: 3 }, scenario: { objectives: { rpo: { transactions: 3 } } } });
    expect(rpo.evaluate(within)).toMatchObject({
      outcome: 'pass',
      summary: expect.stringContaining('3 are missing, within the objective of 3'),
    });
    const past = syntheticRun({ lost: { ledger: 4 }, scenario: { objectives: { rpo: { transactions: 3 } } } });
    expect(rpo.evaluate(past)).toMatchObject({ outcome: 'fail' });
  });

  test('leaves a loss to the objective on seconds where that is the one stated', () => {
    const evidence = syntheticRun({ lost: { ledger: 3 }, scenario: { objectives: { rpo: { seconds: '5s' } } } });
    expect(rpo.evaluate(evidence)).toMatchObject({
      outcome: 'pass',
      summary: expect.stringContaining('3 are missing, which the objective rpo.seconds allows'),
    });
  });

  test('without an objective nothing may be lost', () => {
    expect(rpo.evaluate(syntheticRun({ lost: { ledger: 1 }, scenario: noObjective })).outcome).toBe('fail');
    expect(rpo.evaluate(syntheticRun({ scenario: noObjective })).outcome).toBe('pass');
  });

  test('operations of unknown outcome never count as lost', () => {
    const info = bendSeries(syntheticRun({ lost: { ledger: 5 } }), 'ledger', (one) =>
      one.outcome === 'ok' && one.startNs > 14.5 * second && one.startNs < 15.1 * second ? { ...one, outcome: 'info', endNs: null } : one,
    );
    expect(rpo.evaluate(info).outcome).toBe('pass');
  });

  test('says how many of the lost were acknowledged with a warning', () => {
    const run = syntheticRun({ lost: { ledger: 2 } });
    const warned = bendSeries(run, 'ledger', (one) => (one.outcome === 'ok' ? { ...one, value: { ...one.value, durable: false } } : one));
    expect(rpo.evaluate(warned).summary).toContain('2 are missing, 2 of them with the warning');
  });

  test('what was acknowledged after the rows were read is not judged', () => {
    const run = syntheticRun();
    const capturedNs = run.final?.capturedNs ?? 0;
    const acknowledgedAt = (endNs: number) => bendSeries(run, 'ledger', (one) => (one.op === 2 ? { ...one, op: 200_000, endNs } : one));
    expect(rpo.evaluate(acknowledgedAt(capturedNs + 1)).outcome).toBe('pass');
    expect(rpo.evaluate(acknowledgedAt(capturedNs)).outcome).toBe('fail');
  });

  test('is unknown when refused writes are there all the same', () => {
    const run = syntheticRun();
    const all = bendFinal(run, ({ rows }) => ({ rows: { ...rows, 'rw-new': [[0, 100_000]] } }));
    expect(rpo.evaluate(all)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringMatching(/\d+ refused writes are there all the same/),
    });
  });

  test('is unknown when the rows could not be read, with the reason', () => {
    const evidence = bendFinal(syntheticRun(), () => ({
      rows: null,
      gaps: ['rows: 2 members take writes, so there is none to read from'],
    }));
    expect(rpo.evaluate(evidence)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('2 members take writes') });
  });

  test('is unknown when the history is damaged', () => {
    expect(rpo.evaluate({ ...syntheticRun(), defects: ['client.jsonl: line 7 is torn'] }).outcome).toBe('unknown');
  });
});
