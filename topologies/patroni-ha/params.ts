import { z } from 'zod';
import { duration } from 'pgdrill';

const setting = z.union([z.string(), z.number(), z.boolean()]);

/** Parameters of patroni-ha. Patroni silently adjusts lease settings that do not fit together, so they are refused here. */
export const params = z
  .strictObject({
    members: z.int().min(1).max(9).default(3).describe('PostgreSQL members'),
    zones: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/))
      .min(1)
      .default(['a', 'b', 'c'])
      .describe('Zones that members, DCS and routers are spread over, in turn'),
    ttl: duration.default(20_000).describe('Lease of the leader key; a lost primary is noticed when it runs out'),
    loopWait: duration.default(1000).describe("Pause of Patroni's loop"),
    retryTimeout: duration.default(3000).describe('How long Patroni retries the DCS and PostgreSQL before it demotes'),
    synchronousMode: z.enum(['off', 'on', 'strict', 'quorum']).default('off'),
    postgresql: z
      .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/), setting)
      .default({})
      .describe('PostgreSQL parameters'),
    pool: z
      .strictObject({
        mode: z.enum(['transaction', 'session', 'statement']).default('transaction'),
        rwSize: z.int().min(1).max(500).default(40),
        roSize: z.int().min(1).max(500).default(20),
      })
      .prefault({}),
    checkInterval: duration.default(1000).describe("Interval of HAProxy's health checks"),
  })
  .superRefine((value, context) => {
    const refuse = (path: string, message: string): void => void context.addIssue({ code: 'custom', path: [path], message });
    if (value.ttl < 20_000) refuse('ttl', 'Patroni takes no ttl below 20s');
    if (value.loopWait < 1000) refuse('loopWait', 'Patroni takes no loopWait below 1s');
    if (value.retryTimeout < 3000) refuse('retryTimeout', 'Patroni takes no retryTimeout below 3s');
    if (value.loopWait + 2 * value.retryTimeout > value.ttl) refuse('ttl', 'Patroni needs loopWait + 2 · retryTimeout ≤ ttl');
    for (const key of ['ttl', 'loopWait', 'retryTimeout'] as const) {
      if (value[key] % 1000 !== 0) refuse(key, 'Patroni takes whole seconds');
    }
  });

export type PatroniHaParams = z.output<typeof params>;
