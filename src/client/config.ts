import { z } from 'zod';

/** How a client reaches the database; the name is the topology's (`rw`, `ro`, `member:<node>`). */
const clientRoute = z.strictObject({
  name: z.string().min(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  database: z.string().min(1),
  user: z.string().min(1),
});

const clientSeries = z.strictObject({
  series: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  kind: z.enum(['probe', 'ledger', 'bank']),
  route: z.string().min(1),
  access: z.enum(['write', 'read']),
  connection: z.enum(['persistent', 'new']),
  connections: z.int().min(1).max(100_000),
  intervalNs: z.int().min(100_000),
  deadlineNs: z.int().min(1_000_000),
  /** Ledger: bytes of payload in each row. */
  payloadBytes: z.int().min(0).optional(),
  /** Bank: accounts are numbered 1 to this. */
  accounts: z.int().min(2).optional(),
});

/**
 * What the client program is started with. Checked by the harness before it is written; the program itself only
 * takes the type, as zod is not in its container.
 */
export const clientConfigSchema = z
  .strictObject({
    client: z.string().min(1),
    zone: z.string(),
    /** The run's epoch: CLOCK_MONOTONIC, ns, decimal. */
    epochNs: z.string().regex(/^-?\d+$/),
    historyFile: z.string().min(1),
    /** Where the control server listens, on every address of the node; 0 takes a free port. */
    controlPort: z.int().min(0).max(65_535),
    routes: z.array(clientRoute).min(1),
    series: z.array(clientSeries).min(1),
  })
  .refine((config) => config.series.every((series) => config.routes.some((route) => route.name === series.route)), {
    error: 'a series names a route that is not there',
  })
  .refine((config) => new Set(config.series.map((series) => series.series)).size === config.series.length, {
    error: 'two series have the same name',
  });

export type ClientConfig = z.output<typeof clientConfigSchema>;
export type ClientRoute = z.output<typeof clientRoute>;
export type ClientSeries = z.output<typeof clientSeries>;
