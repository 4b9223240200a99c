import { z } from 'zod';
import { count, instant, seconds } from './common.ts';

export const scenario = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  file: z.string(),
  topology: z.string(),
  topologyParams: z.record(z.string(), z.unknown()),
  postgres: count.meta({ description: 'PostgreSQL major version' }),
  resolved: z.record(z.string(), z.unknown()).meta({ description: 'The scenario with defaults filled in; durations in ms' }),
});

/** A setting as asked and as in force. */
export const parameter = z.strictObject({ name: z.string(), asked: z.string(), inForce: z.string(), differs: z.boolean() });
export const warning = z.strictObject({ code: z.string(), message: z.string(), invalidates: z.boolean(), atSeconds: instant });
export const image = z.strictObject({ reference: z.string(), digest: z.string() });
export const node = z.strictObject({
  name: z.string(),
  zone: z.string(),
  region: z.string(),
  address: z.string(),
  roles: z.array(z.string()),
});

/** Load of the host while clients ran. */
export const hostLoad = z.strictObject({
  samples: count,
  load1Mean: z.number(),
  load1Max: z.number(),
  cpuPressurePctMax: z.number().nullable().meta({ description: 'PSI `some avg10`; null: the kernel does not tell' }),
  memoryAvailableMiBMin: z.number(),
});

/** Lag of a measuring program: the worst of its one-second windows. */
export const lag = z.strictObject({
  source: z.string(),
  windows: count,
  worstP99Ms: z.number(),
  worstMaxMs: z.number(),
  cpuCoresMean: z.number(),
  limitMs: z.number().nullable().meta({ description: 'Half of the shortest probe interval; beyond it the measurement is invalid' }),
});

export const clock = z.strictObject({ client: z.string(), sameKernel: z.boolean(), offsetMs: z.number(), boundMs: z.number() });

export const divergence = z.strictObject({
  member: z.string(),
  atSeconds: instant.nullable(),
  timeline: count.nullable(),
  endLsn: z.string().nullable(),
  sinceLsn: z.string().nullable(),
  commits: count.nullable(),
  method: z.string().nullable(),
  reason: z.string().nullable().meta({ description: 'Why it could not be captured' }),
});

export const stopped = z.strictObject({ by: z.enum(['interrupt', 'guard']), reason: z.string(), atSeconds: instant });
export const method = z.strictObject({ title: z.string(), text: z.string() });
export const timeZero = z.strictObject({ is: z.string(), wallClock: z.iso.datetime() });
export const durationSeconds = seconds;
