import { describe, expect, test } from 'vitest';
import single from '../../../src/checks/single.ts';
import type { Operation } from '../../../src/history/evidence.ts';
import { addressOf, ms, second, syntheticRun } from '../../support/synthetic-run.ts';
import { bendSeries } from '../../support/bend.ts';

const clean = syntheticRun();

/** An operation that a member took on a timeline. */
function taken(one: Operation, member: string, timeline: number): Operation {
  return { ...one, outcome: 'ok', endNs: one.startNs + 3 * ms, value: { server: addressOf(member), timeline } };
}

describe('SINGLE', () => {
  test('fails when an old primary takes a write after the new one has, and says for how long', () => {
    const [fromNs, toNs] = [36 * second, 37.4 * second];
    const evidence = bendSeries(clean, 'member-pg1', (one) => (one.startNs >= fromNs && one.startNs < toNs ? taken(one, 'pg1', 1) : one));
    const result = single.evaluate(evidence);
    expect(result.outcome).toBe('fail');
    expect(result.summary).toMatch(/two nodes took writes at once, for at least 3\.\d+ s: 14 double writes/);
    expect(result.offences).toHaveLength(1);
    expect(result.offences[0]).toMatchObject({
      node: 'pg1',
      what: expect.stringMatching(/^pg1 acknowledged 14 writes on timeline 1 while pg2 took writes on timeline 2/),
    });
    expect(result.offences[0]?.operations).toHaveLength(14);
  });

  test('a single stale write is enough', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) => (one.op === 600 ? taken(one, 'pg3', 1) : one));
    expect(single.evaluate(evidence).offences.map(({ operations }) => operations)).toEqual([[{ series: 'rw-new', op: 600 }]]);
  });

  test('a write that was already on its way when the new primary began proves nothing', () => {
    const firstOnNew = [...clean.series.values()]
      .flatMap(({ operations }) => operations)
      .filter(({ value }) => value?.timeline === 2 && value.inRecovery === undefined);
    const begunNs = Math.min(...firstOnNew.map(({ endNs }) => endNs ?? Infinity));
    const evidence = bendSeries(clean, 'member-pg1', (one) =>
      one.op === 200 ? { ...taken(one, 'pg1', 1), startNs: begunNs - 1, endNs: begunNs + 100 * ms } : one,
    );
    expect(single.evaluate(evidence).outcome).toBe('pass');
  });

  test('two nodes in turn on one timeline are a double', () => {
    const evidence = bendSeries(clean, 'rw-new', (one) =>
      one.outcome === 'ok' && one.startNs < 14 * second && one.op % 10 === 0 ? taken(one, 'pg3', 1) : one,
    );
    const result = single.evaluate(evidence);
    expect(result.outcome).toBe('fail');
    expect(result.offences[0]?.what).toMatch(/took writes on timeline 1: for 3\.\d+ s/);
  });

  test('two members out of recovery at once by SQL samples are a double, without any double write', () => {
    const planted = clean.members.map((sample) =>
      sample.member === 'pg1' && sample.atNs > 42.5 * second && sample.sql !== null
        ? { ...sample, sql: { ...sample.sql, inRecovery: false, timeline: 1 } }
        : sample,
    );
    const result = single.evaluate({ ...clean, members: planted });
    expect(result).toMatchObject({ outcome: 'fail', summary: expect.stringContaining('no double write was acknowledged') });
    expect(result.offences[0]).toMatchObject({
      node: 'pg1',
      what: expect.stringContaining('pg1 was out of recovery on timeline 1 while pg2 was on timeline 2'),
    });
  });

  test('two members out of recovery on one timeline count where their times overlap, and not where they follow each other', () => {
    const asPrimary = (fromS: number, toS: number) => ({
      ...clean,
      members: clean.members.map((sample) =>
        sample.member === 'pg3' && sample.atNs >= fromS * second && sample.atNs <= toS * second
          ? { ...sample, sql: { inRecovery: false, timeline: 1, lsn: '0/3000000' } }
          : sample,
      ),
    });
    // pg1 leads on timeline 1 until the fault at 15.1 s.
    const what = 'pg3 was out of recovery on timeline 1 while pg1 was on timeline 1, by SQL samples from 12.000 s to 15.000 s';
    expect(single.evaluate(asPrimary(12, 16))).toMatchObject({
      outcome: 'fail',
      summary: expect.stringContaining('for at least 3.000 s'),
      offences: [{ node: 'pg3', atNs: 12 * second, what }],
    });
    expect(single.evaluate(asPrimary(16, 18)).outcome).toBe('pass');
    // A second is time for ten direct questions: what acknowledged none of them did not take writes.
    expect(single.evaluate(asPrimary(14, 16)).outcome).toBe('pass');
  });

  test('of several windows the longest is told', () => {
    const once = bendSeries(clean, 'member-pg1', (one) =>
      one.startNs >= 38 * second && one.startNs < 39 * second ? taken(one, 'pg1', 1) : one,
    );
    const twice = bendSeries(once, 'rw-new', (one) => (one.op === 500 ? taken(one, 'pg3', 1) : one));
    const { offences, summary } = single.evaluate(twice);
    const lengths = offences.map(({ what }) => / for (\d+\.\d+) s/.exec(what)?.[1]).map(Number);
    // pg1 and pg3 each against pg2 on timeline 2, and pg3 against pg1 on timeline 1.
    expect(offences.map(({ node }) => node)).toEqual(['pg1', 'pg3', 'pg3']);
    expect(summary).toContain(`for at least ${Math.max(...lengths).toFixed(3)} s`);
    expect(Math.min(...lengths)).toBeLessThan(Math.max(...lengths));
  });

  test('a switchover there and back is legal', () => {
    const at = (atNs: number): [string, number] => (atNs < 20 * second ? ['pg1', 1] : atNs < 30 * second ? ['pg2', 2] : ['pg1', 3]);
    let evidence = syntheticRun({ failover: 'none', outages: [], observeMs: 30_000 });
    for (const [name, { declared }] of evidence.series) {
      evidence = bendSeries(evidence, name, (one) => {
        const [member, timeline] = at(one.startNs);
        if (declared.access === 'read') return one;
        if (declared.route === 'rw' || declared.route === `member:${member}`) return taken(one, member, timeline);
        return { ...one, outcome: 'fail', error: { code: '25006', message: 'read-only' } };
      });
    }
    const sampled = evidence.members.map((sample) => {
      const [member, timeline] = at(sample.atNs);
      return { ...sample, sql: { inRecovery: sample.member !== member, timeline, lsn: '0/3000000' } };
    });
    expect(single.evaluate({ ...evidence, members: sampled })).toMatchObject({ outcome: 'pass', offences: [] });
  });

  test('is unknown when a member that was up was not asked', () => {
    const without = bendSeries(clean, 'member-pg3', (one) => (one.startNs > 20 * second && one.startNs < 26 * second ? null : one));
    expect(single.evaluate(without)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringMatching(/pg3 was up and not asked for 5\.\d+ s from 20\.\d+ s/),
    });
    const shorter = bendSeries(clean, 'member-pg3', (one) => (one.startNs > 20 * second && one.startNs < 24 * second ? null : one));
    expect(single.evaluate(shorter).outcome).toBe('pass');
  });

  test('slots that never reached a member that was up count as not asked', () => {
    const evidence = bendSeries(clean, 'member-pg3', (one) =>
      one.startNs > 20 * second ? { ...one, outcome: 'fail', error: { code: 'no-connection', message: 'no connection was free' } } : one,
    );
    expect(single.evaluate(evidence).outcome).toBe('unknown');
  });

  test('is unknown when a member has no series of its own', () => {
    const series = new Map([...clean.series].filter(([name]) => name !== 'member-pg2'));
    expect(single.evaluate({ ...clean, series })).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('pg2 was not asked directly'),
    });
  });

  test('is unknown when acknowledged writes do not say who took them', () => {
    const evidence = bendSeries(clean, 'ledger', (one) => ({ ...one, value: {} }));
    expect(single.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringMatching(/\d+ acknowledged writes do not say/),
    });
  });

  test('is unknown when only the timeline is not known', () => {
    const evidence = bendSeries(clean, 'ledger', (one) =>
      one.value?.server === undefined ? one : { ...one, value: { server: one.value.server } },
    );
    expect(single.evaluate(evidence)).toMatchObject({
      outcome: 'unknown',
      summary: expect.stringContaining('do not say which node took them on which timeline'),
    });
  });

  test('a member need not be asked while SQL does not answer either', () => {
    const unasked = bendSeries(clean, 'member-pg3', (one) => (one.startNs > 20 * second && one.startNs < 28 * second ? null : one));
    const down = (fromS: number, toS: number) => ({
      ...unasked,
      members: unasked.members.map((sample) =>
        sample.member === 'pg3' && sample.atNs >= fromS * second && sample.atNs < toS * second ? { ...sample, sql: null } : sample,
      ),
    });
    expect(single.evaluate(down(23, 25)).outcome).toBe('pass');
    expect(single.evaluate(down(20, 21)).outcome).toBe('unknown');
  });

  test('is unknown without samples', () => {
    expect(single.evaluate({ ...clean, members: [] }).outcome).toBe('unknown');
  });
});
