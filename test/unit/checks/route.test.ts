import { describe, expect, test } from 'vitest';
import route from '../../../src/checks/route.ts';
import type { Operation } from '../../../src/history/evidence.ts';
import type { RouteFinal } from '../../../src/history/final-state.ts';
import { bendFinal, bendSeries } from '../../support/bend.ts';
import { addressOf, ms, second, syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();
const readOnly = (one: Operation): Operation => ({
  ...one,
  outcome: 'fail',
  endNs: one.startNs + ms,
  error: { code: '25006', message: 'read-only transaction' },
});
const withRoute = (name: string, patch: Partial<RouteFinal>) =>
  bendFinal(clean, ({ routes }) => ({ routes: routes.map((one) => (one.route === name ? { ...one, ...patch } : one)) }));

/** pg2 takes its first write at 33.9 s. */
describe('ROUTE', () => {
  test('fails when pooled connections still reach a read-only server long after another took over', () => {
    const evidence = bendSeries(clean, 'rw-persistent', (one) =>
      one.startNs > 34 * second && one.startNs < 41 * second && one.op % 4 === 0 ? readOnly(one) : one,
    );
    const result = route.evaluate(evidence);
    expect(result.outcome).toBe('fail');
    expect(result.offences).toHaveLength(1);
    expect(result.offences[0]?.what).toMatch(
      /^rw-persistent: \d+ operations reached a read-only server from 3[89]\.\d+ s to 40\.\d+ s, while pg2 was taking writes$/,
    );
    expect(result.offences[0]?.operations?.length).toBeGreaterThan(5);
  });

  test('a route may take its grace to move', () => {
    const evidence = bendSeries(clean, 'rw-persistent', (one) =>
      one.startNs > 34 * second && one.startNs < 38 * second ? readOnly(one) : one,
    );
    expect(route.evaluate(evidence).outcome).toBe('pass');
  });

  test('read-only answers are no offence while nobody takes writes', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) => (one.startNs > 21 * second && one.startNs < 33 * second ? readOnly(one) : one));
    expect(route.evaluate(evidence).outcome).toBe('pass');
  });

  test('a standby that is asked directly and says read-only is as it should be', () => {
    expect(clean.series.get('member-pg3')?.operations.some(({ error }) => error?.code === '25006')).toBe(true);
    expect(route.evaluate(clean).outcome).toBe('pass');
  });

  test('fails when rw is acknowledged elsewhere after the primary took over', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) =>
      one.op === 600 ? { ...one, value: { server: addressOf('pg1'), timeline: 1 } } : one,
    );
    expect(route.evaluate(evidence).offences).toMatchObject([
      {
        node: 'pg1',
        what: '1 rw operations were acknowledged by pg1 after pg2 had taken over',
        operations: [{ series: 'rw-new', op: 600 }],
      },
    ]);
  });

  test.each<[string, ReturnType<typeof withRoute>, string]>([
    ['rw leads to a standby', withRoute('rw', { server: addressOf('pg3'), inRecovery: true }), 'rw leads to pg3, the primary is pg2'],
    ['rw leads to an old primary', withRoute('rw', { server: addressOf('pg1') }), 'rw leads to pg1, the primary is pg2'],
    ['rw leads nowhere', withRoute('rw', { server: null, inRecovery: null, error: 'no answer' }), 'rw leads nowhere: no answer'],
    [
      'ro leads to the primary',
      withRoute('ro', { server: addressOf('pg2'), inRecovery: false, replayAgeMs: null }),
      'ro leads to pg2, which is no replica',
    ],
    ['ro leads to a stale replica', withRoute('ro', { replayAgeMs: 10_001 }), 'ro leads to pg3, whose newest commit is 10.001 s old'],
    ['ro leads to a replica of unknown age', withRoute('ro', { replayAgeMs: null }), 'ro leads to pg3, whose newest commit is unknown'],
  ])('fails when at the end %s', (_what, evidence, what) => {
    expect(route.evaluate(evidence)).toMatchObject({ outcome: 'fail', offences: [{ what }] });
  });

  test.each([
    ['there is no single primary', bendFinal(clean, () => ({ primary: null })), 'there is no single primary'],
    ['a route was not captured', bendFinal(clean, () => ({ routes: [] })), 'route rw is not in the final state'],
    ['no marker was written', bendFinal(clean, () => ({ gaps: ['marker: refused'] })), 'marker: refused'],
  ])('is unknown when %s', (_what, evidence, missing) => {
    expect(route.evaluate(evidence)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining(missing) });
  });

  test('is unknown when rw operations do not say who took them', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) => ({ ...one, value: {} }));
    expect(route.evaluate(evidence).outcome).toBe('unknown');
  });
});
