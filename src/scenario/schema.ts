import { z } from 'zod';
import { durationPattern, formatMs, parseDurationMs } from '../base/duration.ts';

/** Timers of the runtime overflow at 24 days; a drill of a week is a mistake long before. */
const longestMs = 168 * 3_600_000;
const needsUnit = 'a duration needs a number and a unit: 250ms, 20s, 1.5m or 1h';

/** A duration in a scenario: text with a unit (`250ms`, `20s`, `1.5m`); milliseconds once parsed. */
export const duration = z
  .string({ error: needsUnit })
  .regex(durationPattern, { error: needsUnit })
  .refine((text) => (parseDurationMs(text) ?? 0) <= longestMs, { error: 'a duration is 168h at most' })
  .meta({ title: 'a duration: a number and a unit (ms, s, m, h)', examples: ['20s'] })
  .transform((text) => parseDurationMs(text) ?? 0);

const needsRate = 'a rate is a number per second: 50/s';

/** A rate in a scenario: `50/s`; operations per second once parsed. */
export const rate = z
  .string({ error: needsRate })
  .regex(/^\d+(\.\d+)?\/s$/, { error: needsRate })
  .refine((text) => Number.parseFloat(text) <= 10_000, { error: 'a rate is 10000/s at most' })
  .meta({ title: 'a rate: operations per second', examples: ['50/s'] })
  .transform((text) => Number.parseFloat(text));

/** A duration that something divides by, or that would end before anything could happen. */
const atLeast = (leastMs: number): typeof duration => duration.refine((ms) => ms >= leastMs, { error: `at least ${formatMs(leastMs)}` });

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'a name is made of lower-case letters, digits and hyphens' })
  .meta({ title: 'a name: lower-case letters, digits and hyphens' });

/** Targets that are resolved when the fault fires; anything else that is a string is the name of a node. */
export const roleTargets = ['primary', 'replica', 'one-replica', 'majority', 'dcs', 'dcs-leader', 'client', 'cluster', 'rest'] as const;

/** Whom a fault hits: a role that is resolved when the fault fires, a node by name, or a zone. */
export const target = z.union([
  z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, { error: 'a target is a role or the name of a node' })
    .meta({ title: `a role (${roleTargets.join(', ')}) or the name of a node`, examples: [...roleTargets] }),
  z.strictObject({ zone: name }),
]);
export type Target = z.output<typeof target>;

const probes = z.strictObject({
  interval: atLeast(1).prefault('50ms').describe('Probe k of a series is due at t0 + k · interval'),
  deadline: atLeast(1).prefault('1s').describe('A probe that has not answered this long after it was due is a refused slot'),
  connections: z.int().min(1).max(64).default(4).describe('Connections that a persistent series keeps'),
  members: z.boolean().default(true).describe('Ask every member directly too, past router and pooler'),
  memberInterval: atLeast(1).prefault('100ms').describe('As interval, for members asked directly'),
});

const clients = z.strictObject({
  zone: name.optional().describe('The zone the client node stands in; by default one of its own'),
  probes: probes.prefault({}),
  ledger: z
    .strictObject({
      rate: rate.prefault('50/s').describe('Rows appended; 0/s leaves the ledger out'),
      connections: z.int().min(1).max(64).default(8),
      payload: z.int().min(0).max(65_536).default(64).describe('Bytes of payload in each row'),
    })
    .prefault({}),
  bank: z
    .strictObject({
      rate: rate.prefault('10/s').describe('Transfers; 0/s leaves the bank out'),
      accounts: z.int().min(2).max(10_000).default(100),
      connections: z.int().min(1).max(64).default(2),
    })
    .prefault({}),
});

const timelineEntry = z.strictObject({
  at: duration.describe('When the fault is injected, from the end of the baseline'),
  fault: name.describe('Kind of the fault: `pgdrill list faults`'),
  target: target.optional().describe('Whom it hits; most faults need one'),
  from: target.optional().describe('For faults of the network: the other side of the cut; `rest` is everybody else'),
  with: z.record(z.string(), z.unknown()).default({}).describe('Parameters of the fault'),
  for: duration.optional().describe('Heal it this long after it took hold; by default it is healed in the heal phase'),
});

export const objectives = z.strictObject({
  tier: z.int().min(0).max(3).optional().describe('Continuity tier: fills in what is not stated, from scenarios/tiers.yaml'),
  rto: z.record(z.string(), duration).prefault({}).describe('Per route: writes (rw) or reads (ro) are accepted again within this time'),
  rpo: z
    .strictObject({
      transactions: z.int().min(0).optional().describe('Acknowledged and missing, at most'),
      seconds: duration.optional().describe('Seconds of commits lost, at most'),
      bytes: z.int().min(0).optional().describe('Bytes of WAL past the fork, at most'),
    })
    .prefault({}),
  redundancy: duration.optional().describe('Full redundancy is back within this time'),
  failover: z
    .enum(['expected', 'none'])
    .optional()
    .describe('`expected`: another member leads, on a new timeline; `none`: primary and timeline stay'),
});

const expected = z.strictObject({
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'aborted']),
  failing: z.array(z.string()).default([]).describe('Checks and objectives that this scenario is known to fail'),
  because: z.string().describe('Why, for the reader of the report'),
});

/** The scenario language, version 1. Everything but name, topology and timeline has a default. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the JSON Schema of this file'),
  version: z.literal(1),
  name,
  title: z.string().min(1).max(120),
  description: z.string().optional(),
  topology: z.strictObject({
    kind: name.describe('`pgdrill list topologies`'),
    params: z.record(z.string(), z.unknown()).default({}),
    postgres: z.int().min(13).max(30).default(17).describe('PostgreSQL major version'),
    images: z.record(z.string(), z.string()).default({}).describe('Images of your own, per role'),
  }),
  seed: z.int().min(0).max(0xffff_ffff).optional().describe('By default drawn for each run, and reported'),
  clients: clients.prefault({}),
  phases: z
    .strictObject({
      settle: atLeast(1000).prefault('90s').describe('Budget until the topology is healthy with full redundancy'),
      baseline: atLeast(1000).prefault('5s').describe('How long steady state is measured before any fault'),
      observe: atLeast(1000).prefault('60s').describe('Budget for the recovery, from the first fault'),
      converge: atLeast(1000).prefault('90s').describe('Budget until redundancy is whole again after the heal'),
      steady: duration.prefault('3s').describe('How long recovered service is watched before the heal'),
    })
    .prefault({}),
  timeline: z.array(timelineEntry).min(1),
  measure: z
    .strictObject({
      consecutive: z.int().min(1).max(1000).default(10).describe('Acknowledged probes in a row that count as recovered'),
      throughputWithin: z.number().min(0.01).max(1).default(0.05).describe('Throughput is back when within this share of the baseline'),
    })
    .prefault({}),
  objectives: objectives.prefault({}),
  checks: z.array(z.string()).optional().describe('By default every check that the topology allows'),
  lease: atLeast(5000).prefault('30s').describe('A fault heals itself this long after the harness died'),
  expected: expected.optional(),
});

/** A scenario as resolved: durations in ms, rates per second, defaults filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
/** A scenario as written. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
