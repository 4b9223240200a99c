import { z } from 'zod';
import { defineCheck } from '../../src/contract/check.ts';
import { defineFault, type FaultDefinition } from '../../src/contract/fault.ts';
import { defineTopology, type Capability, type OutagePromise, type TopologyDefinition } from '../../src/contract/topology.ts';
import type { Plugins } from '../../src/drill/plugins.ts';
import { duration } from '../../src/scenario/schema.ts';

/** Small plugins that are never run: what scenarios are held against. */
const nothing = async (): Promise<never> => Promise.reject(new Error('it is never run'));

export function stubFault(kind: string, more: Partial<FaultDefinition> = {}): FaultDefinition {
  return {
    ...defineFault({
      kind,
      summary: kind,
      params: z.strictObject({}),
      needs: [],
      target: 'nodes',
      does: kind,
      notSimulated: [],
      inject: nothing,
      confirm: nothing,
      heal: nothing,
      confirmHealed: nothing,
    }),
    ...more,
  };
}

const params = z
  .strictObject({
    members: z.int().min(1).max(9).default(3),
    ttl: duration.prefault('20s'),
    pool: z.strictObject({ size: z.int().default(5) }).prefault({}),
  })
  .superRefine((value, context) => {
    if (value.ttl < 20_000) context.addIssue({ code: 'custom', path: ['ttl'], message: 'no ttl below 20s' });
  });

const lost: OutagePromise = { faults: ['kill', 'pause'], route: 'rw', atLeastMs: 16_000, atMostMs: 30_000, because: 'of the lease' };

/** Two members in zones a and b, routes rw and ro; promises an outage of 16 s to 30 s and the loss of some writes by `kill` and `pause`. */
export function stubTopology(kind: string, capabilities: Capability[], loss: 'none' | 'some' = 'some'): TopologyDefinition {
  const node = (name: string, zone: string) => ({ name, zone, region: 'r', containers: [], ports: {} });
  const route = (name: string) => ({ name, host: 'pg1', port: 1, database: 'd', user: 'u', via: [] });
  return defineTopology({
    kind,
    summary: kind,
    params,
    capabilities,
    plan: () => ({
      topology: kind,
      nodes: [node('pg1', 'a'), node('pg2', 'b')],
      links: [],
      routes: [route('rw'), ...(kind === 'bare' ? [] : [route('ro')]), route('member:pg1')],
      asked: {},
    }),
    promises: () => ({ rto: [lost], durability: { faults: ['kill', 'pause'], loss, because: 'replication is asynchronous' } }),
    connect: nothing,
    notSimulated: [],
  });
}

const byKey = <T, K extends keyof T>(key: K, all: T[]): Map<string, T> => new Map(all.map((one) => [String(one[key]), one]));

export const stubPlugins: Plugins = {
  topologies: byKey('kind', [
    stubTopology('cluster', ['primary', 'members', 'switchover', 'dcsLeader']),
    stubTopology('synchronous', ['primary', 'members'], 'none'),
    stubTopology('bare', []),
  ]),
  faults: byKey('kind', [
    stubFault('kill', { params: z.strictObject({ signal: z.enum(['KILL', 'TERM']).default('KILL') }) }),
    stubFault('pause'),
    stubFault('cut', { target: 'link' }),
    stubFault('switchover', { needs: ['switchover'], target: 'none' }),
  ]),
  checks: byKey(
    'name',
    ['RPO', 'SINGLE'].map((name) =>
      defineCheck({ name, summary: name, method: name, evaluate: () => ({ outcome: 'pass', summary: '', offences: [] }) }),
    ),
  ),
};
