import { describe, expect, it } from 'vitest';
import type { LeaderEvent, MemberSample, RouteEvent } from '../../../src/history/observations.ts';
import { Axis } from '../../../src/report/build/axis.ts';
import { leaderSpans, routeLanes } from '../../../src/report/build/dcs.ts';
import { memberSpans } from '../../../src/report/build/members.ts';

const s = 1e9;
const axis = new Axis(0, 'test');
const extent = { startNs: 0, endNs: 20 * s };

function sample(atNs: number, role: 'primary' | 'replica' | 'down', timeline = 1): MemberSample {
  const sql = role === 'down' ? null : { inRecovery: role === 'replica', timeline, lsn: '0/0' };
  return { type: 'member', atNs, member: 'pg1', sql, agent: role === 'down' ? null : { role, state: 'running' } };
}

describe('a member lane', () => {
  it('holds a state until the next look', () => {
    const looks = [0, 1, 2].map((at) => sample(at * s, 'primary'));
    const spans = memberSpans([...looks, sample(3 * s, 'down'), sample(4 * s, 'replica', 2)], { startNs: 0, endNs: 5 * s }, axis);
    expect(spans.map(({ role, timeline, fromSeconds, toSeconds }) => [role, timeline, fromSeconds, toSeconds])).toEqual([
      ['primary', 1, 0, 3],
      ['down', null, 3, 4],
      ['replica', 2, 4, 5],
    ]);
  });

  it('does not know what nobody looked at', () => {
    const looks = [0, 1, 2, 12, 13].map((at) => sample(at * s, 'replica'));
    const spans = memberSpans(looks, { startNs: 0, endNs: 14 * s }, axis);
    expect(spans.map(({ role, fromSeconds, toSeconds }) => [role, fromSeconds, toSeconds])).toEqual([
      ['replica', 0, 3],
      ['unknown', 3, 12],
      ['replica', 12, 14],
    ]);
  });

  it('shows an agent that contradicts SQL', () => {
    const lying = { ...sample(2 * s, 'replica'), agent: { role: 'primary', state: 'running' } };
    expect(
      memberSpans([sample(0, 'replica'), sample(s, 'replica'), lying], { startNs: 0, endNs: 3 * s }, axis).map(
        ({ agentRole }) => agentRole,
      ),
    ).toEqual(['replica', 'primary']);
  });
});

it('the leader key lane has a hole where nobody held it', () => {
  const event = (atNs: number, holder: string | null, how: LeaderEvent['how']): LeaderEvent => ({ type: 'leader', atNs, holder, how });
  const spans = leaderSpans([event(-s, 'pg1', 'initial'), event(4 * s, null, 'expired'), event(5 * s, 'pg2', 'acquired')], extent, axis);
  expect(spans.map(({ holder, fromSeconds, toSeconds }) => [holder, fromSeconds, toSeconds])).toEqual([
    ['pg1', 0, 4],
    [null, 4, 5],
    ['pg2', 5, 20],
  ]);
});

it('a route lane shows which servers were up, and when none was', () => {
  const event = (atNs: number, server: string, up: boolean): RouteEvent => ({
    type: 'route',
    atNs,
    route: 'rw',
    router: 'router1',
    server,
    up,
  });
  const [lane] = routeLanes(
    [event(0, 'pg1', true), event(0, 'pg2', false), event(3 * s, 'pg1', false), event(7 * s, 'pg2', true)],
    extent,
    axis,
  );
  expect(lane?.spans.map(({ servers, fromSeconds, toSeconds }) => [servers, fromSeconds, toSeconds])).toEqual([
    [['pg1'], 0, 3],
    [[], 3, 7],
    [['pg2'], 7, 20],
  ]);
});
