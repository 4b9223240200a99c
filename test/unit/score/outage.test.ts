import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/history/evidence.ts';
import type { LeaderEvent } from '../../../src/history/observations.ts';
import { scoreRun } from '../../../src/score/score.ts';
import type { OutageEdge } from '../../../src/score/types.ts';
import { ms, second, syntheticRun, type PlantedOutage, type SyntheticOptions } from '../../support/synthetic-run.ts';

const faultNs = 15.1 * second;

function edges(options: SyntheticOptions, bend: (evidence: Evidence) => void = () => {}): OutageEdge[] {
  const evidence = syntheticRun(options);
  bend(evidence);
  return scoreRun(evidence).outage;
}
const named = (path: OutageEdge[]): string[] => path.map(({ edge, seconds }) => `${edge} ${seconds.toFixed(2)}`);
const milestones = { expiredMs: 18_000, acquiredMs: 18_500, readyMs: 19_000, routeUpMs: 19_600 };

test('a failover goes from the lease over election, promotion and routing to the first write', () => {
  const path = edges({ milestones });
  expect(named(path)).toEqual(['detection 18.00', 'election 0.50', 'promotion 0.50', 'routing 0.60', 'first-write 0.20']);
  expect(path.map(({ source }) => source)).toEqual([
    'dcs: leader key expired',
    'dcs: leader key acquired by pg2',
    'postgres log: pg2 ready to accept connections',
    'router1: pg2 is up on rw',
    'client: first accepted slot of rw-persistent',
  ]);
});

test('a server that came back in place has a restart and no election', () => {
  const path = edges({
    failover: 'none',
    outages: [{ fromMs: 0, toMs: 3000 }],
    milestones: { expiredMs: 1000, readyMs: 2500, routeUpMs: 2800 },
  });
  expect(named(path)).toEqual(['detection 1.00', 'restart 1.50', 'routing 0.30', 'first-write 0.20']);
});

test('who led before the fault is not a successor', () => {
  const options = { failover: 'none', outages: [{ fromMs: 0, toMs: 3000 }], milestones: { expiredMs: 1000, readyMs: 2500 } } as const;
  const path = edges({ ...options, outages: [...options.outages] }, ({ leaders }) => {
    leaders.unshift({ type: 'leader', atNs: 5.5 * second, holder: 'pg3', how: 'acquired' });
  });
  expect(path.map(({ edge }) => edge)).toEqual(['detection', 'restart', 'routing', 'first-write']);
});

test('a router that never noticed the restart leaves nothing unexplained', () => {
  const path = edges(
    { failover: 'none', outages: [{ fromMs: 0, toMs: 1000 }], milestones: { expiredMs: 300, readyMs: 900 } },
    (evidence) => {
      evidence.routes = evidence.routes.filter(({ atNs }) => atNs < faultNs);
    },
  );
  expect(named(path)).toEqual(['detection 0.30', 'restart 0.60', 'first-write 0.10']);
});

test('the earliest proof of a promotion counts: a sample or a direct write, where the log was late', () => {
  const late = (evidence: Evidence): void => {
    for (const event of evidence.log) if (event.what === 'ready') event.atNs = faultNs + 19_500 * ms;
  };
  const [, , promotion] = edges({ milestones }, late);
  expect(promotion?.source).toMatch(/^client: pg2 acknowledged a direct write|^sql: pg2 not in recovery on timeline 2/);
  expect(promotion?.seconds).toBeLessThan(0.2 + 0.5);
});

test('a successor that takes writes on the old timeline was not promoted by that', () => {
  const path = edges({ milestones }, (evidence) => {
    const early = { atNs: faultNs + 18_600 * ms, member: 'pg2', agent: null, sql: { inRecovery: false, timeline: 1, lsn: '0/0' } };
    evidence.members.push({ type: 'member', ...early });
    const written = evidence.series.get('member-pg2')?.operations.find(({ dueNs }) => dueNs > early.atNs);
    Object.assign(written ?? {}, { outcome: 'ok', endNs: early.atNs + 50 * ms, value: { timeline: 1 } });
  });
  expect(named(path)).toContain('promotion 0.50');
});

test('the lock in the log of the agent stands in for a key that nobody watched', () => {
  const path = edges({ milestones }, (evidence) => {
    evidence.leaders = evidence.leaders.filter(({ how }) => how !== 'acquired');
  });
  expect(path[1]).toMatchObject({ edge: 'election', source: 'patroni log: pg2 acquired the lock' });
});

test('a connection stands in for a router that said nothing', () => {
  const path = edges({ milestones }, (evidence) => {
    evidence.routes = [];
    evidence.connections = [{ type: 'connection', series: 'rw-persistent', atNs: faultNs + 19_300 * ms, state: 'connected' }];
  });
  expect(path[3]).toMatchObject({ edge: 'routing', source: 'client: rw-persistent connected again', toNs: faultNs + 19_300 * ms });
});

test('a step without a proof is unexplained up to the next proof, and says what is missing', () => {
  const path = edges({ milestones }, (evidence) => {
    evidence.leaders = evidence.leaders.filter(({ how }) => how !== 'expired');
  });
  expect(named(path)).toEqual(['unexplained 18.50', 'promotion 0.50', 'routing 0.60', 'first-write 0.20']);
  expect(path[0]).toMatchObject({ source: null, detail: 'no proof in order of: detection; it ends at dcs: leader key acquired by pg2' });
});

test('a proof out of order is none', () => {
  const path = edges({ milestones: { ...milestones, routeUpMs: 17_000 } });
  expect(named(path)).toEqual(['detection 18.00', 'election 0.50', 'promotion 0.50', 'unexplained 0.80']);
  expect(path.at(-1)?.detail).toMatch(/^no proof in order of: routing; it ends at client: first accepted slot/);
});

test('a router that moved once the lock was won, while the promotion went on, cost no time of its own', () => {
  const path = edges({ milestones: { ...milestones, routeUpMs: 18_700 } });
  expect(named(path)).toEqual(['detection 18.00', 'election 0.50', 'promotion 0.50', 'first-write 0.80']);
});

test('a connection proves nothing where a router speaks of the route', () => {
  const path = edges({ milestones }, (evidence) => {
    evidence.connections = [{ type: 'connection', series: 'rw-persistent', atNs: faultNs + 19_010 * ms, state: 'connected' }];
  });
  expect(path[3]).toMatchObject({ edge: 'routing', source: 'router1: pg2 is up on rw' });
});

test('without any event all of it is unexplained', () => {
  const path = edges({}, (evidence) => {
    Object.assign(evidence, { leaders: [], log: [], routes: [], members: [], connections: [] });
    evidence.series.delete('member-pg2');
  });
  expect(named(path)).toEqual(['unexplained 19.80']);
  expect(path[0]?.detail).toBe('no proof in order of: a failover or a restart; it ends at client: first accepted slot of rw-persistent');
});

test('time in which service came and went again is unexplained', () => {
  const path = edges({ outages: [{ fromMs: 0, toMs: 10_000 }, { fromMs: 12_000, toMs: 13_000 }] }); // prettier-ignore
  expect(named(path).slice(-2)).toEqual(['first-write 0.20', 'unexplained 3.00']);
  expect(path.at(-1)?.detail).toMatch(/^served from here on, but not for good/);
});

test('an outage that never ended says how far it got', () => {
  const path = edges({
    outages: [{ fromMs: 0, toMs: 60_000 }],
    observeMs: 20_000,
    milestones: { ...milestones, readyMs: 1e6, routeUpMs: 1e6 },
  });
  expect(named(path)).toEqual(['detection 18.00', 'election 0.50', 'unexplained 1.45']);
  expect(path.at(-1)?.detail).toBe('not served again while it was observed; no proof in order of: promotion, routing');
});

test('no outage, no path', () => {
  expect(edges({ outages: [] })).toEqual([]);
});

test('whatever events are thrown in, edges join up and add up to the RTO', () => {
  const at = fc.integer({ min: -5_000, max: 30_000 }).map((offsetMs) => faultNs + offsetMs * ms);
  const member = fc.constantFrom('pg1', 'pg2', 'pg3');
  const leader: fc.Arbitrary<LeaderEvent> = fc.record({
    type: fc.constant('leader'),
    atNs: at,
    holder: fc.option(member),
    how: fc.constantFrom('initial', 'acquired', 'expired', 'released', 'lost-sight'),
  });
  const route = fc.record({ type: fc.constant('route'), atNs: at, route: fc.constantFrom('rw', 'ro'), router: fc.constant('router1'), server: member, up: fc.boolean() }); // prettier-ignore
  const log = fc.record({ type: fc.constant('log'), atNs: at, node: member, program: fc.constantFrom('postgres', 'patroni'), what: fc.constantFrom('ready', 'starting', 'lock-acquired', 'demoted'), text: fc.constant('') }); // prettier-ignore
  const sample = fc.record({ type: fc.constant('member'), atNs: at, member, sql: fc.option(fc.record({ inRecovery: fc.boolean(), timeline: fc.integer({ min: 1, max: 3 }), lsn: fc.constant('0/0') })), agent: fc.constant(null) }); // prettier-ignore
  const connection = fc.record({ type: fc.constant('connection'), series: fc.constantFrom('rw-persistent', 'ro-persistent'), atNs: at, state: fc.constantFrom('connected', 'lost', 'refused') }); // prettier-ignore
  const thrown = fc.record({
    leaders: fc.array(leader),
    routes: fc.array(route),
    log: fc.array(log),
    members: fc.array(sample),
    connections: fc.array(connection),
  });
  const outages = fc.constantFrom<PlantedOutage[]>(
    [{ fromMs: 0, toMs: 4000 }],
    [{ fromMs: 500, toMs: 9000 }, { fromMs: 12_000, toMs: 13_000 }], // prettier-ignore
    [{ fromMs: 0, toMs: 60_000 }],
  );
  fc.assert(
    fc.property(outages, thrown, (planted, events) => {
      const evidence = syntheticRun({ outages: planted, observeMs: 20_000 });
      for (const list of Object.values(events)) list.sort((a, b) => a.atNs - b.atNs);
      const { outage, rto } = scoreRun({ ...evidence, ...events });
      const { startNs, recoveredNs, lastRefusedNs, seconds } = rto['rw'] ?? {};
      expect(outage[0]?.fromNs).toBe(startNs);
      expect(outage.at(-1)?.toNs).toBe(recoveredNs ?? lastRefusedNs);
      for (const [index, edge] of outage.entries()) {
        expect(edge.toNs).toBeGreaterThan(edge.fromNs);
        if (index > 0) expect(edge.fromNs).toBe(outage[index - 1]?.toNs);
        expect(edge.source === null).toBe(edge.edge === 'unexplained');
      }
      const sum = outage.reduce((total, edge) => total + edge.seconds, 0);
      expect(sum).toBeCloseTo(seconds ?? NaN, 9);
    }),
  );
});
