import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import single from '../../../src/checks/single.ts';
import type { Evidence, Operation } from '../../../src/history/evidence.ts';
import { addressOf, members, ms, second, syntheticRun } from '../../support/synthetic-run.ts';
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
      sample.member === 'pg1' && sample.atNs > 42.5 * second && sample.atNs < 44 * second && sample.sql !== null
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

  test('is unknown without samples', () => {
    expect(single.evaluate({ ...clean, members: [] }).outcome).toBe('unknown');
  });
});

/** Reigns one after the other, each on the next timeline, with pauses between them: what any number of failovers leaves. */
const turns = fc.array(
  fc.record({
    member: fc.constantFrom(...members),
    pauseNs: fc.integer({ min: 1, max: 3 * second }),
    writes: fc.array(fc.integer({ min: 1, max: 200 * ms }), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 2, maxLength: 6 },
);

interface Turn {
  member: string;
  timeline: number;
  operations: Operation[];
}

function play(plan: { member: string; pauseNs: number; writes: number[] }[]): Turn[] {
  let [clockNs, op] = [0, 0];
  return plan.map(({ member, pauseNs, writes }, index) => {
    clockNs += pauseNs;
    const operations = writes.map((tookNs): Operation => {
      const startNs = clockNs;
      clockNs += tookNs;
      return {
        series: 'rw-new',
        op: op++,
        dueNs: startNs,
        startNs,
        endNs: clockNs,
        outcome: 'ok',
        value: { server: addressOf(member), timeline: index + 1 },
      };
    });
    return { member, timeline: index + 1, operations };
  });
}

function historyOf(operations: Operation[]): Evidence {
  const series = clean.series.get('rw-new');
  if (series === undefined) throw new Error('no series');
  return { ...clean, members: [], series: new Map([['rw-new', { ...series, operations }]]) };
}

describe('SINGLE, of generated histories', () => {
  test('primaries that take turns never offend, in whatever order operations were noted', () => {
    fc.assert(
      fc.property(turns, fc.infiniteStream(fc.nat()), (plan, shuffle) => {
        const operations = play(plan).flatMap((turn) => turn.operations);
        const noted = operations
          .map((one) => ({ one, at: shuffle.next().value ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(single.evaluate(historyOf(noted)).offences).toEqual([]);
      }),
    );
  });

  test('one write by an earlier primary after a later one began always offends, and is named', () => {
    fc.assert(
      fc.property(turns, fc.nat(), fc.nat(), fc.integer({ min: 1, max: second }), (plan, pickLater, pickEarlier, afterNs) => {
        const played = play(plan);
        const laterIndex = 1 + (pickLater % (played.length - 1));
        const [later, earlier] = [played[laterIndex], played[pickEarlier % laterIndex]];
        fc.pre(later !== undefined && earlier !== undefined && later.member !== earlier.member);
        const startNs = (later?.operations[0]?.endNs ?? 0) + afterNs;
        const stale: Operation = {
          series: 'rw-new',
          op: 9999,
          dueNs: startNs,
          startNs,
          endNs: startNs + ms,
          outcome: 'ok',
          value: { server: addressOf(earlier?.member ?? ''), timeline: earlier?.timeline ?? 0 },
        };
        const result = single.evaluate(historyOf([...played.flatMap((turn) => turn.operations), stale]));
        expect(result.outcome).toBe('fail');
        expect(result.offences.flatMap(({ operations }) => operations ?? [])).toContainEqual({ series: 'rw-new', op: 9999 });
      }),
    );
  });
});
