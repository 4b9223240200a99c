import type { Scenario } from '../scenario/schema.ts';
import { clientConfigSchema, type ClientConfig, type ClientRoute, type ClientSeries } from './config.ts';

/** Where the client stands and what it reports to. */
export interface ClientPlace {
  client: string;
  zone: string;
  epochNs: string;
  historyFile: string;
  controlPort: number;
}

/** A member asked directly needs one connection, and a second while the first is cut off by its deadline. */
const memberConnections = 2;

/**
 * The series that a scenario's `clients` ask for, over the routes that its topology has. A rate of 0 leaves a series out.
 * Pure. @throws ZodError when a route or a name is malformed.
 */
export function clientConfig(clients: Scenario['clients'], routes: readonly ClientRoute[], place: ClientPlace): ClientConfig {
  const known = new Set(routes.map((route) => route.name));
  const series = [...probeSeries(clients.probes, routes), ...workloadSeries(clients)].filter((one) => known.has(one.route));
  return clientConfigSchema.parse({
    ...place,
    routes: routes.map(({ name, host, port, database, user }) => ({ name, host, port, database, user })),
    series,
  });
}

function probeSeries(probes: Scenario['clients']['probes'], routes: readonly ClientRoute[]): ClientSeries[] {
  const deadlineNs = ns(probes.deadline);
  const common = { kind: 'probe', intervalNs: ns(probes.interval), deadlineNs } as const;
  const series: ClientSeries[] = [
    { ...common, series: 'rw-persistent', route: 'rw', access: 'write', connection: 'persistent', connections: probes.connections },
    // The deadline bounds how many are under way at once.
    {
      ...common,
      series: 'rw-new',
      route: 'rw',
      access: 'write',
      connection: 'new',
      connections: Math.ceil(probes.deadline / probes.interval) + 1,
    },
    { ...common, series: 'ro-persistent', route: 'ro', access: 'read', connection: 'persistent', connections: probes.connections },
  ];
  if (!probes.members) return series;
  const members = routes.filter((route) => route.name.startsWith('member:'));
  return series.concat(
    members.map(({ name }) => ({
      ...common,
      series: name.replace(':', '-'),
      route: name,
      access: 'write',
      connection: 'persistent',
      connections: memberConnections,
      intervalNs: ns(probes.memberInterval),
    })),
  );
}

function workloadSeries(clients: Scenario['clients']): ClientSeries[] {
  const { ledger, bank } = clients;
  const common = { route: 'rw', access: 'write', connection: 'persistent', deadlineNs: ns(clients.probes.deadline) } as const;
  const series: ClientSeries[] = [];
  if (ledger.rate > 0) {
    const { connections, payload: payloadBytes } = ledger;
    series.push({ ...common, series: 'ledger', kind: 'ledger', connections, intervalNs: ns(1000 / ledger.rate), payloadBytes });
  }
  if (bank.rate > 0) {
    const { connections, accounts } = bank;
    series.push({ ...common, series: 'bank', kind: 'bank', connections, intervalNs: ns(1000 / bank.rate), accounts });
  }
  return series;
}

function ns(ms: number): number {
  return Math.round(ms * 1e6);
}
