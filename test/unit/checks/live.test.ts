import { describe, expect, test } from 'vitest';
import live from '../../../src/checks/live.ts';
import { bendFinal, bendSeries } from '../../support/bend.ts';
import { second, syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();
const examineNs = clean.phases.find(({ phase }) => phase === 'examine')?.startNs ?? 0;

describe('LIVE', () => {
  test('fails when the outage reaches the end', () => {
    const result = live.evaluate(syntheticRun({ outages: [{ fromMs: 0, toMs: 600_000 }], observeMs: 20_000 }));
    expect(result.outcome).toBe('fail');
    expect(result.offences.map(({ what }) => what.split(':')[0])).toEqual(['rw-persistent', 'rw-new', 'ledger', 'bank']);
    expect(result.offences[0]?.what).toContain('10 of the last 10 were not served (ECONNREFUSED');
  });

  test('one refused slot among the last ten is enough', () => {
    const last = clean.series.get('ro-persistent')?.operations.at(-4)?.op;
    const evidence = bendSeries(clean, 'ro-persistent', (one) => (one.op === last ? { ...one, outcome: 'info' } : one));
    expect(live.evaluate(evidence).offences).toMatchObject([{ operations: [{ series: 'ro-persistent', op: last }] }]);
  });

  test.each([
    [
      'reaches no server',
      { server: null, inRecovery: null, replayAgeMs: null, error: 'ECONNREFUSED' },
      'a new connection on rw reached no server: ECONNREFUSED',
    ],
    [
      'reaches a standby',
      { server: '10.0.0.13', inRecovery: true, replayAgeMs: 3 },
      'a new connection on rw reached 10.0.0.13, which is in recovery',
    ],
  ])('fails when a new connection on rw %s', (_what, route, offence) => {
    const evidence = bendFinal(clean, ({ routes }) => ({
      routes: routes.map((one) => (one.route === 'rw' ? { route: 'rw', ...route } : one)),
    }));
    expect(live.evaluate(evidence).offences).toEqual([{ what: offence }]);
  });

  test('what was still under way when the client stopped does not count', () => {
    const last = clean.series.get('ledger')?.operations.at(-1)?.op;
    const evidence = bendSeries(clean, 'ledger', (one) => (one.op === last ? { ...one, endNs: null, outcome: 'info' } : one));
    expect(live.evaluate(evidence).outcome).toBe('pass');
  });

  test('is unknown when a series stopped asking before the end', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) => (one.dueNs > examineNs - 6 * second ? null : one));
    expect(live.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('rw-new was not asking any more'),
    });
  });

  test('is unknown when a route was not captured', () => {
    const evidence = bendFinal(clean, ({ routes }) => ({ routes: routes.filter(({ route }) => route === 'rw') }));
    expect(live.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('route ro is not in the final state'),
    });
  });
});
