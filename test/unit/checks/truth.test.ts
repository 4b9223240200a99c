import { describe, expect, test } from 'vitest';
import truth from '../../../src/checks/truth.ts';
import type { Evidence } from '../../../src/history/evidence.ts';
import type { MemberSample } from '../../../src/history/observations.ts';
import { bendFinal, bendMember, bendSql } from '../../support/bend.ts';
import { second, syntheticRun } from '../../support/synthetic-run.ts';

const run = syntheticRun();
const loopWait = { type: 'parameter', atNs: 0, name: 'loop_wait', asked: '1', inForce: '1' } as const;
const clean: Evidence = { ...run, parameters: [...run.parameters, loopWait] };

/** Samples of pg3 in a window bent. */
function bendSamples(evidence: Evidence, [fromS, toS]: [number, number], bend: (sample: MemberSample) => Partial<MemberSample>): Evidence {
  const members = evidence.members.map((sample) =>
    sample.member === 'pg3' && sample.atNs >= fromS * second && sample.atNs < toS * second ? { ...sample, ...bend(sample) } : sample,
  );
  return { ...evidence, members };
}

const kinds: [string, (sample: MemberSample) => Partial<MemberSample>, string][] = [
  [
    'primary while SQL is in recovery',
    () => ({ agent: { role: 'primary', state: 'running' } }),
    'the agent says primary, SQL is in recovery',
  ],
  [
    'replica while SQL takes writes',
    ({ sql }) => ({ sql: sql === null ? null : { ...sql, inRecovery: false } }),
    'the agent says replica, SQL is not in recovery',
  ],
  [
    'streaming while SQL does not answer',
    () => ({ sql: null, sqlError: 'no answer within 1000 ms' }),
    'the agent says streaming, SQL does not answer (no answer within 1000 ms)',
  ],
  ['stopped while SQL answers', () => ({ agent: { role: 'replica', state: 'stopped' } }), 'the agent says stopped, SQL answers'],
];

describe('TRUTH, in the samples', () => {
  test.each(kinds)('fails when the agent says %s for longer than the grace of 2.5 s', (_what, bend, claim) => {
    const result = truth.evaluate(bendSamples(clean, [20, 23.25], bend));
    expect(result.summary).toContain('grace 2.500 s');
    expect(result).toMatchObject({
      outcome: 'fail',
      offences: [{ node: 'pg3', atNs: 20 * second, what: `pg3: ${claim}, for 3.000 s from 20.000 s` }],
    });
    expect(truth.evaluate(bendSamples(clean, [20, 22.5], bend)).outcome).toBe('pass');
  });

  test('two short contradictions with agreement between them are within the grace', () => {
    const bend = kinds[0]?.[1] ?? (() => ({}));
    expect(truth.evaluate(bendSamples(bendSamples(clean, [20, 22], bend), [22.5, 24.5], bend)).outcome).toBe('pass');
  });

  test('the reason that SQL gives may change on the way', () => {
    const evidence = bendSamples(clean, [20, 24], ({ atNs }) => ({
      sql: null,
      sqlError: atNs < 22 * second ? 'ECONNRESET' : 'ECONNREFUSED',
    }));
    expect(truth.evaluate(evidence).offences).toHaveLength(1);
  });

  test('an agent that is silent, or that says starting, claims nothing', () => {
    expect(truth.evaluate(bendSamples(clean, [20, 30], () => ({ agent: null, sql: null }))).outcome).toBe('pass');
    expect(truth.evaluate(bendSamples(clean, [20, 30], () => ({ agent: { role: 'replica', state: 'starting' }, sql: null }))).outcome).toBe(
      'pass',
    );
  });

  test('before the baseline nothing counts', () => {
    expect(truth.evaluate(bendSamples(clean, [0, 9.9], kinds[0]?.[1] ?? (() => ({})))).outcome).toBe('pass');
  });

  test('without loop_wait the grace is that of the default of 10 s', () => {
    expect(truth.evaluate(run).summary).toContain('grace 20.500 s');
  });

  test('is unknown when no agent was sampled', () => {
    expect(truth.evaluate({ ...clean, members: clean.members.map((sample) => ({ ...sample, agent: null })) }).outcome).toBe('unknown');
  });
});

describe('TRUTH, at the end', () => {
  test.each<[string, Evidence, string]>([
    [
      'role',
      bendMember(clean, 'pg2', () => ({ agent: { role: 'replica', state: 'running' } })),
      'pg2 at the end: the agent says replica, SQL is not in recovery',
    ],
    [
      'timeline',
      bendMember(clean, 'pg3', () => ({ agent: { role: 'replica', state: 'streaming', timeline: 1 } })),
      'pg3 at the end: the agent says timeline 1, SQL says 2',
    ],
    [
      'streaming',
      bendSql(clean, 'pg3', { walReceiver: { status: 'waiting', upstream: '', timeline: 2 } }),
      'pg3 at the end: the agent says streaming, the WAL receiver is waiting',
    ],
    [
      'life',
      bendMember(clean, 'pg1', () => ({ sql: null, sqlError: 'refused' })),
      'pg1 at the end: the agent says streaming, SQL does not answer (refused)',
    ],
  ])('fails at once when they differ on %s', (_what, evidence, what) => {
    expect(truth.evaluate(evidence)).toMatchObject({ outcome: 'fail', offences: [{ what }] });
  });

  test('is unknown when the agent of a member that answers says nothing', () => {
    const evidence = bendMember(clean, 'pg3', () => ({ agent: null, agentError: 'it does not answer' }));
    expect(truth.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('the agent of pg3 said nothing'),
    });
  });

  test('is unknown when a member could not be read', () => {
    const evidence = bendFinal(clean, () => ({ gaps: ['member on pg3: no answer within 5000 ms'] }));
    expect(truth.evaluate(evidence).outcome).toBe('unknown');
  });
});
