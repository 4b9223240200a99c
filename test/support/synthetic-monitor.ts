import type { Evidence } from '../../src/history/evidence.ts';
import type { LagEvent } from '../../src/history/operations.ts';
import type { HostSample, LeaderEvent, MemberSample, RouteEvent, ServerLogEvent } from '../../src/history/observations.ts';
import { lsnAt, members, type SyntheticPlot } from './synthetic-plot.ts';
import { ms, second } from './synthetic-series.ts';

type Observed = Pick<Evidence, 'members' | 'leaders' | 'routes' | 'log' | 'host' | 'lag'>;

/** What the observers saw of a synthetic run: samples 4 times a second, and the events of its failover or restart. */
export function syntheticMonitor(plot: SyntheticPlot): Observed {
  return {
    members: memberSamples(plot),
    leaders: leaderEvents(plot),
    routes: routeEvents(plot),
    log: logEvents(plot),
    host: everySecond(plot, (atNs): HostSample => ({ type: 'host', atNs, load1: 0.8, cpuPressurePct: 2, memoryAvailableMiB: 8000 })),
    lag: [...lagEvents(plot, 'client'), ...lagEvents(plot, 'harness')].sort((a, b) => a.atNs - b.atNs),
  };
}

const after = (plot: SyntheticPlot, offsetMs: number): number => plot.times.faultNs + Math.round(offsetMs * ms);

function everySecond<T>(plot: SyntheticPlot, make: (atNs: number) => T): T[] {
  const made: T[] = [];
  for (let atNs = plot.times.baselineNs; atNs <= plot.times.examineNs; atNs += second) made.push(make(atNs));
  return made;
}

function lagEvents(plot: SyntheticPlot, source: string): LagEvent[] {
  return everySecond(plot, (atNs) => ({ type: 'lag', source, atNs, windowNs: second, p50Ms: 0.1, p99Ms: 2, maxMs: 6, cpuMs: 90 }));
}

function memberSamples(plot: SyntheticPlot): MemberSample[] {
  const samples: MemberSample[] = [];
  for (let atNs = 6 * second; atNs < plot.times.examineNs; atNs += second / 4) {
    for (const member of members) samples.push(memberSample(plot, member, atNs));
  }
  return samples;
}

function memberSample(plot: SyntheticPlot, member: string, atNs: number): MemberSample {
  const readyNs = after(plot, plot.milestones.readyMs);
  const promoted = plot.failover === 'new-primary' && atNs >= readyNs;
  const backNs = plot.failover === 'new-primary' ? plot.times.healNs + 2 * second : readyNs;
  if (plot.hasOutage && member === 'pg1' && atNs >= plot.times.faultNs && atNs < backNs) {
    return { type: 'member', atNs, member, sql: null, sqlError: 'connect ECONNREFUSED', agent: null, agentError: 'connect ECONNREFUSED' };
  }
  const primary = promoted ? 'pg2' : 'pg1';
  const timeline = promoted ? 2 : 1;
  const upstream = member === primary ? {} : { upstream: primary };
  return {
    type: 'member',
    atNs,
    member,
    sql: { inRecovery: member !== primary, timeline, lsn: lsnAt(atNs), ...upstream },
    agent: { role: member === primary ? 'primary' : 'replica', state: member === primary ? 'running' : 'streaming', timeline },
  };
}

function leaderEvents(plot: SyntheticPlot): LeaderEvent[] {
  const initial: LeaderEvent = { type: 'leader', atNs: 6 * second, holder: 'pg1', revision: 10, how: 'initial' };
  if (plot.failover === 'none') return [initial];
  return [
    initial,
    { type: 'leader', atNs: after(plot, plot.milestones.expiredMs), holder: null, revision: 20, how: 'expired' },
    { type: 'leader', atNs: after(plot, plot.milestones.acquiredMs), holder: 'pg2', revision: 21, how: 'acquired' },
  ];
}

function routeEvents(plot: SyntheticPlot): RouteEvent[] {
  const event = (atNs: number, route: string, server: string, up: boolean): RouteEvent => ({
    type: 'route',
    atNs,
    route,
    router: 'router1',
    server,
    up,
  });
  const initial = [event(6 * second, 'rw', 'pg1', true), event(6 * second, 'ro', 'pg2', true), event(6 * second, 'ro', 'pg3', true)];
  if (!plot.hasOutage) return initial;
  const primary = plot.failover === 'new-primary' ? 'pg2' : 'pg1';
  const downNs = Math.min(after(plot, 1500), after(plot, plot.milestones.expiredMs));
  return [...initial, event(downNs, 'rw', 'pg1', false), event(after(plot, plot.milestones.routeUpMs), 'rw', primary, true)];
}

function logEvents(plot: SyntheticPlot): ServerLogEvent[] {
  if (!plot.hasOutage) return [];
  const { acquiredMs, readyMs, expiredMs } = plot.milestones;
  const ready = {
    type: 'log',
    atNs: after(plot, readyMs),
    program: 'postgres',
    what: 'ready',
    text: 'database system is ready to accept connections',
  } as const;
  if (plot.failover === 'none') {
    return [
      { type: 'log', atNs: after(plot, expiredMs), node: 'pg1', program: 'postgres', what: 'starting', text: 'starting PostgreSQL 17' },
      { ...ready, node: 'pg1', timeline: 1 },
    ];
  }
  return [
    {
      type: 'log',
      atNs: after(plot, acquiredMs) + 10 * ms,
      node: 'pg2',
      program: 'patroni',
      what: 'lock-acquired',
      text: 'acquired session lock as a leader',
    },
    {
      type: 'log',
      atNs: after(plot, acquiredMs) + 20 * ms,
      node: 'pg2',
      program: 'postgres',
      what: 'promote-requested',
      text: 'received promote request',
    },
    { ...ready, node: 'pg2', timeline: 2 },
  ];
}
