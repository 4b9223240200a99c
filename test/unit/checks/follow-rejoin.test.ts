import { describe, expect, test } from 'vitest';
import follow from '../../../src/checks/follow.ts';
import rejoin from '../../../src/checks/rejoin.ts';
import type { Evidence } from '../../../src/history/evidence.ts';
import { bendFinal, bendMember, bendSql } from '../../support/bend.ts';
import { syntheticRun } from '../../support/synthetic-run.ts';

const clean = syntheticRun();
const receiver = { status: 'streaming', upstream: '10.0.0.12', timeline: 2 };
const withoutReceiver = (name: string): Evidence =>
  bendMember(clean, name, ({ sql }) => {
    if (sql === null) return {};
    const { walReceiver: _, ...rest } = sql;
    return { sql: rest };
  });

/** Each defect on pg1, the old primary that was hit: both checks must see it. */
const defects: [string, Evidence, RegExp][] = [
  [
    'is down',
    bendMember(clean, 'pg1', () => ({ sql: null, sqlError: 'connect ECONNREFUSED' })),
    /^pg1 does not answer SQL \(connect ECONNREFUSED\)/,
  ],
  ['is no standby', bendSql(clean, 'pg1', { inRecovery: false, replayAdvanced: null, timeline: 2 }), /^pg1 is not in recovery/],
  ['receives no WAL', withoutReceiver('pg1'), /^pg1 receives no WAL/],
  ['waits for WAL', bendSql(clean, 'pg1', { walReceiver: { ...receiver, status: 'waiting' } }), /^pg1 has a WAL receiver that is waiting/],
  [
    'receives the old timeline',
    bendSql(clean, 'pg1', { walReceiver: { ...receiver, timeline: 1 } }),
    /^pg1 is on timeline 1, the primary on 2/,
  ],
  ['stayed on the old timeline', bendSql(clean, 'pg1', { timeline: 1 }), /^pg1 is on timeline 1, the primary on 2/],
  ['stands still', bendSql(clean, 'pg1', { replayAdvanced: false }), /^pg1 stands still at/],
  ['is another cluster', bendSql(clean, 'pg1', { systemIdentifier: '42' }), /^pg1 has another system identifier/],
];

describe.each([follow, rejoin])('$name', (check) => {
  test.each(defects)('fails when the old primary %s', (_what, evidence, offence) => {
    const result = check.evaluate(evidence);
    expect(result.outcome).toBe('fail');
    expect(result.offences).toEqual([{ what: expect.stringMatching(offence), node: 'pg1' }]);
  });

  test('is unknown without a marker', () => {
    const evidence = bendFinal(bendSql(clean, 'pg1', { replayAdvanced: null }), () => ({ gaps: ['marker: canceling statement'] }));
    expect(check.evaluate(evidence)).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('marker: canceling statement') });
  });

  test('is unknown when there is no single primary to follow', () => {
    expect(check.evaluate(bendFinal(clean, () => ({ primary: null }))).outcome).not.toBe('pass');
  });

  test('is unknown when a member is not in the capture', () => {
    const evidence = bendFinal(clean, ({ members }) => ({ members: members.filter(({ member }) => member !== 'pg1') }));
    expect(check.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('pg1 is not in the final state'),
    });
  });
});

describe('REJOIN', () => {
  test('concerns those who were hit or deposed, and nobody else', () => {
    const evidence = bendMember(clean, 'pg3', () => ({ sql: null, sqlError: 'gone' }));
    expect(follow.evaluate(evidence).outcome).toBe('fail');
    expect(rejoin.evaluate(evidence)).toMatchObject({ outcome: 'pass', summary: expect.stringMatching(/^pg1 hit by a fault or deposed/) });
  });

  test('concerns a replica that was hit, once the fault was injected', () => {
    const down = bendMember(clean, 'pg3', () => ({ sql: null, sqlError: 'gone' }));
    const faults = (injectedNs: number | null) => clean.faults.map((fault) => ({ ...fault, nodes: ['pg3'], injectedNs }));
    expect(rejoin.evaluate({ ...down, faults: faults(1) })).toMatchObject({ outcome: 'fail', offences: [{ node: 'pg3' }] });
    expect(rejoin.evaluate({ ...down, faults: faults(null) })).toMatchObject({ outcome: 'pass' });
  });

  test('concerns a deposed primary that no fault was aimed at', () => {
    const faults = clean.faults.map((fault) => ({ ...fault, nodes: [] }));
    const evidence = { ...bendSql(clean, 'pg1', { replayAdvanced: false }), faults };
    expect(rejoin.evaluate(evidence).outcome).toBe('fail');
  });

  test('has nothing to ask when nobody was hit', () => {
    const evidence = { ...syntheticRun({ failover: 'none', outages: [] }), faults: [] };
    expect(rejoin.evaluate(evidence)).toMatchObject({ outcome: 'pass', summary: expect.stringContaining('nobody had to come back') });
  });
});
