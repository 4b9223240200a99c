import { z } from 'zod';
import { count, instant, seconds } from './common.ts';

const span = { fromSeconds: instant, toSeconds: instant };

/** Something that happened at one instant, from a log, a check or an observer. */
const mark = z.strictObject({ atSeconds: instant, what: z.string(), source: z.string(), text: z.string() });

/** Roles by SQL. `down`: SQL did not answer. `unknown`: nobody looked. */
const memberSpan = z.strictObject({
  ...span,
  role: z.enum(['primary', 'replica', 'down', 'unknown']),
  timeline: count.nullable(),
  agentRole: z.string().nullable().meta({ description: "The agent's own word for its role; null: it did not answer" }),
  sqlError: z.string().nullable(),
});

const leaderSpan = z.strictObject({
  ...span,
  holder: z.string().nullable().meta({ description: 'Null: nobody holds the key, or it was out of sight' }),
  how: z.enum(['initial', 'acquired', 'expired', 'released', 'lost-sight']),
});

const routeSpan = z.strictObject({ ...span, servers: z.array(z.string()), reason: z.string().nullable() });

/** Slots of a series put together while they ended alike. `read-only`: answered, and a standby (SQLSTATE 25006). */
const probeSpan = z.strictObject({
  ...span,
  state: z.enum(['accepted', 'refused', 'read-only', 'unknown', 'mixed']),
  accepted: count,
  refused: count,
  readOnly: count,
  unknown: count,
  errors: z.record(z.string(), count).meta({ description: 'Refused and unknown slots by SQLSTATE or code' }),
});

const probeLane = z.strictObject({
  series: z.string(),
  route: z.string(),
  kind: z.enum(['probe', 'ledger', 'bank']),
  access: z.enum(['write', 'read']),
  connection: z.enum(['persistent', 'new']),
  connections: count,
  intervalSeconds: seconds,
  deadlineSeconds: seconds,
  binSeconds: seconds.meta({ description: 'Slots were put in bins this wide before like neighbours were merged' }),
  accepted: count,
  refused: count,
  readOnly: count,
  unknown: count,
  connectionsLost: count,
  spans: z.array(probeSpan),
});

/** All that the swim-lanes show, on one axis. */
export const timeline = z.strictObject({
  startAtSeconds: instant,
  endAtSeconds: instant,
  focus: z.strictObject(span).meta({ description: 'The stretch around the outage that is shown first' }),
  members: z.array(z.strictObject({ member: z.string(), spans: z.array(memberSpan), marks: z.array(mark) })),
  leader: z.array(leaderSpan),
  routes: z.array(z.strictObject({ router: z.string(), route: z.string(), spans: z.array(routeSpan) })),
  nodes: z
    .array(z.strictObject({ node: z.string(), marks: z.array(mark) }))
    .meta({ description: 'Log marks of nodes that are no members' }),
  probes: z.array(probeLane),
  offences: z.array(mark).meta({ description: 'Offences of checks that have a time' }),
});

/** A figure in equal bins from `startAtSeconds` on; null where a bin holds nothing. */
const values = z.array(z.number().nullable());
const binned = { series: z.string(), startAtSeconds: instant, binSeconds: seconds };
export const throughput = z.strictObject({ ...binned, acknowledgedPerSecond: values, refusedPerSecond: values });
export const latency = z.strictObject({
  ...binned,
  /** Of accepted operations, from the due time. */
  p50Ms: values,
  p99Ms: values,
  maxMs: values,
});
