import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { TopologyPlan } from '../../src/index.ts';
import { waitFor } from '../../src/base/wait.ts';
import type { LeaderEvent } from '../../src/history/observations.ts';
import { encode, EtcdApi } from '../../src/postgres/etcd.ts';
import { watchLeader } from '../../src/postgres/leader-watch.ts';
import { Stage } from '../support/fault-stage.ts';

const names = ['etcd1', 'etcd2', 'etcd3'];
const key = '/pgdrill/drill/leader';
const cluster = names.map((name) => `${name}=http://${name}:2380`).join(',');
const commandOf = (name: string): string[] => [
  ...['tini', '--', 'etcd', '--name', name, '--data-dir', '/tmp/etcd', '--log-level', 'error', '--initial-cluster', cluster],
  ...['--listen-client-urls', 'http://0.0.0.0:2379', '--advertise-client-urls', `http://${name}:2379`],
  ...['--listen-peer-urls', 'http://0.0.0.0:2380', '--initial-advertise-peer-urls', `http://${name}:2380`],
];
const plan: TopologyPlan = {
  topology: 'test',
  nodes: names.map((name) => ({
    name,
    zone: 'a',
    region: 'region1',
    ports: {},
    containers: [{ name: 'etcd', role: 'etcd', command: commandOf(name), memoryMiB: 40 }],
  })),
  links: [],
  routes: [],
  asked: {},
};

let stage: Stage;
let endpoints: EtcdApi[];
let events: LeaderEvent[];
let stop: AbortController;
let watching: Promise<void>;

/** Puts a question to whichever member answers it. */
async function ask(method: string, body: object): Promise<Record<string, unknown>> {
  return waitFor({ name: method, budgetMs: 20_000 }, async () => {
    for (const { base } of endpoints) {
      const response = await fetch(`${base}/v3/${method}`, {
        method: 'POST',
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(2000),
      }).catch(() => null);
      if (response?.status === 200) return { done: true, value: (await response.json()) as Record<string, unknown> };
    }
    return { done: false, seen: 'no member answers' };
  });
}

const hold = async (holder: string, ttlSeconds: number): Promise<void> => {
  const { ID } = await ask('lease/grant', { TTL: String(ttlSeconds) });
  await ask('kv/put', { key: encode(key), value: encode(holder), lease: ID });
};
const release = async (): Promise<void> => void (await ask('kv/deleterange', { key: encode(key) }));
const told = (): string[] => events.map(({ how, holder }) => `${how} ${holder}`);
const until = (last: string): Promise<void> =>
  waitFor({ name: last, budgetMs: 30_000 }, () =>
    told().at(-1) === last ? { done: true, value: undefined } : { done: false, seen: told().join(', ') },
  );

beforeAll(async () => {
  stage = await Stage.start(plan);
  endpoints = names.map((name) => new EtcdApi(stage.node(name).address));
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await hold('pg1', 600);
  events = [];
  stop = new AbortController();
  watching = watchLeader({ endpoints, key, clock: stage.clock, sink: (event) => events.push(event), signal: stop.signal });
  await until('initial pg1');
});
afterEach(async () => {
  stop.abort();
  await watching;
});

test('a key that was deleted while its lease lives was released; one whose lease ran out has expired', async () => {
  await release();
  await until('released null');
  await hold('pg2', 2);
  const heldNs = stage.clock.nowNs();
  await until('expired null');
  expect(told()).toEqual(['initial pg1', 'released null', 'acquired pg2', 'expired null']);
  const expired = events.at(-1)?.atNs ?? 0;
  expect(expired - heldNs).toBeGreaterThan(1e9);
  expect(events.map(({ atNs }) => atNs)).toEqual(events.map(({ atNs }) => atNs).toSorted((a, b) => a - b));
});

test('no change is missed or told twice while members die and come back, whichever leads', async () => {
  const expected = ['initial pg1'];
  for (const [round, name] of [...names, ...names].entries()) {
    const container = stage.container(name, 'etcd');
    await container.kill('KILL');
    await release();
    await hold(`pg${round}`, 600);
    expected.push('released null', `acquired pg${round}`);
    await container.start();
    await ask('maintenance/status', {});
  }
  await until(expected.at(-1) ?? '');
  // Which of two deletes came by lease cannot be asked while there is no quorum; here there always is one.
  expect(told()).toEqual(expected);
});

test('sight is lost when nobody answers, and regained with what is there', async () => {
  for (const name of names) await stage.container(name, 'etcd').kill('KILL');
  await until('lost-sight pg1');
  for (const name of names) await stage.container(name, 'etcd').start();
  await until('initial pg1');
  expect(told()).toEqual(['initial pg1', 'lost-sight pg1', 'initial pg1']);
});
