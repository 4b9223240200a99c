import { describe, expect, test } from 'vitest';
import tl from '../../../src/checks/tl.ts';
import type { ServerLogEvent } from '../../../src/history/observations.ts';
import { bendFinal, bendMember, bendSeries, bendSql } from '../../support/bend.ts';
import { addressOf, lsnAt, second, syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();
const forkLsn = lsnAt(15.1 * second);
const reason = 'no recovery target specified';
const selected = (node: string, timeline: number): ServerLogEvent => ({
  type: 'log', atNs: 34 * second, node, program: 'postgres', what: 'timeline-selected', timeline, text: `selected new timeline ID: ${timeline}`,
}); // prettier-ignore

describe('TL', () => {
  test('fails when one timeline left its parent at two points', () => {
    const evidence = bendMember(clean, 'pg3', () => ({ timelineHistory: [{ timeline: 1, switchLsn: '0/3000060', reason }] }));
    const result = tl.evaluate(evidence);
    expect(result.outcome).toBe('fail');
    expect(result.offences.map(({ what }) => what)).toEqual([
      `pg3 has the history 1 to 0/3000060, 2, and the primary pg2 has 1 to ${forkLsn}, 2`,
      `timeline 2 was minted twice: it left timeline 1 at ${forkLsn}, and timeline 1 at 0/3000060`,
    ]);
  });

  test('fails when a member is on a timeline that the primary does not come from', () => {
    const evidence = bendSql(clean, 'pg3', { timeline: 3 });
    expect(tl.evaluate(evidence)).toMatchObject({ outcome: 'fail', offences: [{ node: 'pg3' }] });
  });

  test('fails when a member stands past the point where the primary left its timeline', () => {
    const onOld = bendMember(bendSql(clean, 'pg1', { timeline: 1 }), 'pg1', () => ({ timelineHistory: [] }));
    expect(tl.evaluate(onOld)).toMatchObject({
      outcome: 'fail',
      offences: [{ node: 'pg1', what: expect.stringContaining(`past ${forkLsn} where the primary left it`) }],
    });
    expect(tl.evaluate(bendSql(onOld, 'pg1', { lsn: forkLsn })).outcome).toBe('pass');
  });

  test('fails when two nodes select the same timeline, by their logs', () => {
    const twice = { ...clean, log: [...clean.log, selected('pg2', 2), selected('pg3', 2)] };
    expect(tl.evaluate(twice).offences).toEqual([
      { what: 'timeline 2 was minted twice: pg2 and pg3 each selected it, by their logs', node: 'pg3', atNs: 34 * second },
    ]);
    const once = { ...clean, log: [...clean.log, selected('pg2', 2), selected('pg3', 3)] };
    expect(tl.evaluate(once).outcome).toBe('pass');
  });

  test('other log lines may name a timeline on any node', () => {
    const ready = (node: string): ServerLogEvent => ({ ...selected(node, 2), what: 'ready' });
    expect(tl.evaluate({ ...clean, log: [...clean.log, ready('pg2'), ready('pg3')] }).outcome).toBe('pass');
  });

  test('fails when two nodes acknowledge writes on one timeline', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) =>
      one.op === 10 ? { ...one, value: { server: addressOf('pg3'), timeline: 1 } } : one,
    );
    expect(tl.evaluate(evidence).offences.map(({ what }) => what)).toEqual(['on timeline 1 pg1 and pg3 each acknowledged writes']);
  });

  test('fails when writes were acknowledged on a timeline that was abandoned', () => {
    const evidence = bendSeries(clean, 'member-pg3', (one) =>
      one.op === 10 ? { ...one, outcome: 'ok', value: { server: addressOf('pg3'), timeline: 7 } } : one,
    );
    expect(tl.evaluate(evidence).offences).toMatchObject([
      { node: 'pg3', what: expect.stringContaining("on timeline 7, which is no ancestor of pg2's timeline 2") },
    ]);
  });

  test.each([
    ['a member did not tell its history', bendMember(clean, 'pg3', () => ({ sql: null })), 'pg3 did not tell its history'],
    [
      'a history could not be read',
      bendFinal(
        bendMember(clean, 'pg3', () => ({ timelineHistory: [] })),
        () => ({ gaps: ['history on pg3: it is not there'] }),
      ),
      'history on pg3',
    ],
    ['there is no primary', bendFinal(clean, () => ({ primary: null })), 'no single primary'],
  ])('is unknown when %s', (_what, evidence, missing) => {
    expect(tl.evaluate(evidence)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining(missing) });
  });
});
