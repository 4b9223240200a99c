import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientConfig } from '../../../src/client/plan.ts';
import { transferOf } from '../../../src/client/work.ts';
import { scenarioSchema, type ScenarioInput } from '../../../src/scenario/schema.ts';

const place = { client: 'client1', zone: 'app', epochNs: '12345', historyFile: '/history/client.jsonl', controlPort: 7432 };
const route = (name: string) => ({ name, host: name.replace(':', '-'), port: 5432, database: 'drill', user: 'drill' });
const routes = ['rw', 'ro', 'member:pg1', 'member:pg2'].map(route);

function clientsOf(clients: ScenarioInput['clients']) {
  return scenarioSchema.parse({ version: 1, name: 'x', title: 'x', topology: { kind: 'x' }, timeline: [{ at: '1s', fault: 'x' }], clients })
    .clients;
}

function planned(clients: ScenarioInput['clients'], over = routes) {
  return new Map(clientConfig(clientsOf(clients), over, place).series.map((series) => [series.series, series]));
}

describe('clientConfig', () => {
  it('makes the series of the probes, of every member, of the ledger and of the bank', () => {
    expect([...planned({}).keys()]).toEqual(['rw-persistent', 'rw-new', 'ro-persistent', 'member-pg1', 'member-pg2', 'ledger', 'bank']);
  });

  it('takes intervals, deadlines and sizes from the scenario, in ns', () => {
    const series = planned({
      probes: { interval: '5ms', deadline: '400ms', connections: 3, memberInterval: '200ms' },
      ledger: { rate: '30/s', connections: 5, payload: 128 },
      bank: { rate: '4/s', accounts: 7, connections: 6 },
    });
    expect(series.get('rw-persistent')).toEqual({
      series: 'rw-persistent',
      kind: 'probe',
      route: 'rw',
      access: 'write',
      connection: 'persistent',
      connections: 3,
      intervalNs: 5_000_000,
      deadlineNs: 400_000_000,
    });
    expect(series.get('rw-new')).toMatchObject({ connection: 'new', connections: 81 });
    expect(series.get('ro-persistent')).toMatchObject({ route: 'ro', access: 'read', connections: 3 });
    expect(series.get('member-pg2')).toMatchObject({ route: 'member:pg2', access: 'write', intervalNs: 200_000_000 });
    expect(series.get('ledger')).toMatchObject({ kind: 'ledger', intervalNs: 33_333_333, connections: 5, payloadBytes: 128 });
    expect(series.get('bank')).toMatchObject({ kind: 'bank', intervalNs: 250_000_000, connections: 6, accounts: 7 });
  });

  it('leaves out what the scenario turns off and what the topology has no route for', () => {
    expect([...planned({ probes: { members: false }, ledger: { rate: '0/s' }, bank: { rate: '0/s' } }).keys()]).toEqual([
      'rw-persistent',
      'rw-new',
      'ro-persistent',
    ]);
    expect([...planned({}, [route('rw')]).keys()]).toEqual(['rw-persistent', 'rw-new', 'ledger', 'bank']);
  });

  it('passes routes and place on, and nothing else', () => {
    const config = clientConfig(clientsOf({}), [{ ...route('rw'), via: ['pooler'] } as ReturnType<typeof route>], place);
    expect(config.routes).toEqual([route('rw')]);
    expect(config).toMatchObject(place);
  });

  it('refuses a route that cannot be reached', () => {
    expect(() => clientConfig(clientsOf({}), [{ ...route('rw'), port: 0 }], place)).toThrow();
  });
});

describe('transferOf', () => {
  it('moves a positive amount between two different accounts that exist', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 2, max: 10_000 }), (op, accounts) => {
        const { from, to, amount } = transferOf(op, accounts);
        expect(from).not.toBe(to);
        for (const account of [from, to]) expect(account >= 1 && account <= accounts).toBe(true);
        expect(amount).toBeGreaterThan(0);
      }),
    );
  });

  it('reaches every account', () => {
    const touched = new Set(Array.from({ length: 400 }, (_, op) => transferOf(op, 20)).flatMap(({ from, to }) => [from, to]));
    expect(touched.size).toBe(20);
  });
});
