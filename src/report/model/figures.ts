import { z } from 'zod';
import { count, instant, seconds } from './common.ts';

/** One unbroken stretch in which a series was refused, counted from the fault or the heal before it. */
const outage = z.strictObject({
  after: z.enum(['fault', 'heal']),
  fault: z.string(),
  seconds: seconds.nullable().meta({ description: 'From the event to the recovery; null: it reached the end of the observation' }),
  originAtSeconds: instant,
  firstRefusedAtSeconds: instant,
  lastRefusedAtSeconds: instant,
  recoveredAtSeconds: instant.nullable(),
});

/** RTO of one route as measured by one series. `seconds` null: no outage was seen. `upper` null: it had not ended (censored). */
export const rto = z.strictObject({
  route: z.string(),
  series: z.string(),
  seconds: seconds.nullable(),
  lower: seconds,
  upper: seconds.nullable(),
  widthSeconds: seconds.nullable().meta({ description: 'upper − lower: how exactly the end of the outage is known' }),
  censored: z.boolean().meta({ description: 'The outage reached the end of the observation: it lasted at least `lower`' }),
  refusedSeconds: seconds.meta({ description: 'Sum of refused time over all outages of the observation' }),
  flaps: count.meta({ description: 'Separate outages after the fault; 1 is a clean failover' }),
  slots: z.strictObject({ total: count, refused: count, accepted: count }),
  startAtSeconds: instant,
  firstRefusedAtSeconds: instant.nullable(),
  lastRefusedAtSeconds: instant.nullable(),
  recoveredAtSeconds: instant.nullable(),
  outages: z.array(outage).meta({ description: 'Every outage since the first fault; the figures above are those of the worst' }),
});

const numbersBySeries = z.record(z.string(), z.array(count));

/** Acknowledged writes that were missing at the end. Null: it could not be measured. */
export const rpo = z.strictObject({
  transactions: count.nullable(),
  seconds: seconds.nullable(),
  bytes: count.nullable(),
  bytesMethod: z.string(),
  indeterminate: count.meta({ description: 'Writes whose outcome the client could not know; never counted as lost' }),
  indeterminatePresent: count,
  notDurable: count.meta({ description: 'Acknowledged with "canceling wait for synchronous replication"' }),
  acknowledged: count,
  lost: numbersBySeries.meta({ description: 'Lost operation numbers by series' }),
  resurrected: numbersBySeries.meta({ description: 'Refused, and there all the same' }),
});

export const recovery = z.strictObject({
  lastClientSeconds: seconds.nullable(),
  throughputBackSeconds: seconds.nullable(),
  baselineThroughputPerSecond: z.number().nullable(),
  redundancyWholeSeconds: seconds.nullable(),
});

/** One edge of the outage on its critical path. `source` null: unexplained time. */
export const outageEdge = z.strictObject({
  edge: z.enum(['detection', 'election', 'promotion', 'restart', 'routing', 'first-write', 'unexplained']),
  fromSeconds: instant,
  toSeconds: instant,
  seconds,
  source: z.string().nullable(),
  detail: z.string(),
});
