import { z } from 'zod';

/** An instant on the report's axis: seconds since time zero (`timeZero`), negative before it. Rounded to 0.1 ms. */
export const instant = z.number().meta({ description: 'Seconds since time zero; negative before it' });
/** A length of time, seconds. */
export const seconds = z.number().meta({ description: 'Seconds' });
export const count = z.int().min(0);

/** What proves that a fault is in effect, or gone. */
export const proof = z.strictObject({
  summary: z.string(),
  readings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
