import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TopologyPlan } from '../../src/index.ts';
import { waitFor } from '../../src/base/wait.ts';
import patroniHa from '../../topologies/patroni-ha/topology.ts';
import { answers, exercises, startedAt, type Exercise } from '../support/fault-exercises.ts';
import { echoPort, proven, smallPlan, Stage, type AnyFault } from '../support/fault-stage.ts';

const folder = new URL('../../faults/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
const faults = await Promise.all(files.map(async (file) => ((await import(new URL(file, folder).href)) as { default: AnyFault }).default));
/** Exercised elsewhere in this file: it needs a real cluster. */
const onRealCluster = ['switchover'];
const small = faults.filter(({ kind }) => !onRealCluster.includes(kind));
const cases = small.flatMap((fault) =>
  (exercises[fault.kind] ?? []).map((exercise): [string, AnyFault, Exercise] => [`${fault.kind}: ${exercise.what}`, fault, exercise]),
);

const onlyNodes = (names: string[]): TopologyPlan => ({ ...smallPlan, nodes: smallPlan.nodes.filter(({ name }) => names.includes(name)) });

const longEnoughMs = 10_000;
const until = (name: string, condition: () => Promise<boolean>): Promise<void> =>
  waitFor({ name, budgetMs: longEnoughMs, intervalMs: 50 }, async () =>
    (await condition()) ? { done: true, value: undefined } : { done: false, seen: 'not yet' },
  );
/** Waits for the nodes to be as they were. */
const untilSame = (name: string, look: () => Promise<string[]>, expected: string[]): Promise<void> =>
  waitFor({ name, budgetMs: longEnoughMs, intervalMs: 50 }, async () => {
    const now = await look();
    const added = now.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`);
    const gone = expected.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
    return added.length + gone.length === 0 ? { done: true, value: undefined } : { done: false, seen: [...added, ...gone].join('; ') };
  });

test('every fault is exercised, under the name of its file', () => {
  expect(files.map((file) => file.replace('.ts', '')).toSorted()).toEqual(faults.map(({ kind }) => kind).toSorted());
  expect([...Object.keys(exercises), ...onRealCluster].toSorted()).toEqual(faults.map(({ kind }) => kind).toSorted());
});

describe.each(cases)('%s', (_name, fault, exercise) => {
  let stage: Stage;
  let before: string[];
  let ids = 0;
  const onDatabase = exercise.nodes.includes('db');

  const inject = async (leaseMs?: number) => {
    const context = stage.context(`${++ids}-${fault.kind}`, exercise, fault, leaseMs);
    const memo = await fault.inject(context);
    return { context, memo };
  };
  const serves = async (): Promise<boolean> => (onDatabase ? (await startedAt(stage)) !== '' : answers(stage));
  const restored = (): Promise<void> => until('the service to be back', serves);

  beforeAll(async () => {
    stage = await Stage.start(onlyNodes(onDatabase ? ['db'] : ['victim', 'peer']));
    // Somebody else's rules, which every fault must leave as they are.
    const foreign =
      'iptables -w -N foreign; iptables -w -A foreign -s 192.0.2.1 -j DROP; iptables -w -I INPUT 1 -j foreign; iptables -w -A OUTPUT -d 192.0.2.1 -j REJECT';
    for (const node of stage.cluster.nodes.values()) await node.sandbox.exec(['sh', '-c', foreign]);
    await restored();
    before = await stage.traces();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test('is proven in effect and proven gone, and leaves nothing', async () => {
    const idle = stage.context('0-before', exercise, fault);
    const unfounded = await fault.confirm(idle, await exercise.memoBefore(stage)).catch(() => ({ proven: false }));
    expect(unfounded.proven).toBe(false);
    expect(await exercise.inEffect(stage)).toBe(false);

    const { context, memo } = await inject();
    // A memo outlives the process that wrote it.
    const kept = JSON.parse(JSON.stringify(memo)) as typeof memo;
    const active = await proven(`${fault.kind} to take hold`, () => fault.confirm(context, kept));
    expect(active.effectiveNs).toBeGreaterThanOrEqual(context.invokedNs);
    expect(active.effectiveNs).toBeLessThanOrEqual(stage.clock.nowNs());
    await until('the effect', () => exercise.inEffect(stage));

    for (const round of ['first', 'second']) {
      const healing = stage.context(context.id, exercise, fault);
      await fault.heal(healing, kept);
      const healed = await proven(`${fault.kind} to be gone, ${round} heal`, () => fault.confirmHealed(healing, kept));
      expect(healed.effectiveNs).toBeGreaterThanOrEqual(healing.invokedNs);
    }
    await restored();
    expect(await stage.traces()).toEqual(before);
  });

  test('is undone by its name alone, when inject() never returned', async () => {
    const { context } = await inject();
    await fault.heal(stage.context(context.id, exercise, fault), {});
    await proven(`${fault.kind} to be gone`, () => fault.confirmHealed(stage.context(context.id, exercise, fault), {}));
    await restored();
    expect(await stage.traces()).toEqual(before);
  });

  test.for(exercise.leased ? [3000] : [])(
    'lasts while its lease of %i ms is renewed, and undoes itself when nobody does',
    async (leaseMs) => {
      const { context, memo } = await inject(leaseMs);
      await proven(`${fault.kind} to take hold`, () => fault.confirm(context, memo));
      const renewedUntil = performance.now() + 1.3 * leaseMs;
      while (performance.now() < renewedUntil) {
        await fault.renew?.(context, memo);
        await new Promise((resolve) => setTimeout(resolve, leaseMs / 3));
      }
      expect(await exercise.inEffect(stage)).toBe(true);
      await fault.renew?.(context, memo);
      const lastRenewed = performance.now();
      // host-loss: killed containers cannot be started from inside, so only the network comes back.
      const inside = async (): Promise<string[]> => (await stage.traces()).filter((line) => !line.endsWith(' is down'));
      const expected = fault.kind === 'host-loss' ? before.filter((line) => !/^victim\.(echo|idle):/.test(line)) : before;
      await untilSame('the node to heal itself', inside, expected);
      expect(performance.now() - lastRenewed).toBeGreaterThan(leaseMs * 0.9);
      await expect(fault.renew?.(context, memo)).rejects.toThrow(/lease/);
      await fault.heal(stage.context(context.id, exercise, fault), memo);
      await proven(`${fault.kind} to be gone`, () => fault.confirmHealed(stage.context(context.id, exercise, fault), memo));
      await restored();
      expect(await stage.traces()).toEqual(before);
    },
  );

  test('heals without complaint what was restarted or removed under it', async () => {
    const docker = stage.container(...exercise.hits);
    const { context, memo } = await inject();
    await proven(`${fault.kind} to take hold`, () => fault.confirm(context, memo));
    await docker.kill('KILL');
    await docker.start();
    await fault.heal(stage.context(context.id, exercise, fault), memo);
    await proven(`${fault.kind} to be gone`, () => fault.confirmHealed(stage.context(context.id, exercise, fault), memo));
    await untilSame('nothing of it to be left', () => stage.traces(), before);

    const again = await inject();
    await proven(`${fault.kind} to take hold`, () => fault.confirm(again.context, again.memo));
    await stage.remove(...exercise.hits);
    await fault.heal(stage.context(again.context.id, exercise, fault), again.memo);
    await fault
      .confirmHealed(stage.context(again.context.id, exercise, fault), again.memo)
      .catch((error: unknown) => expect(String(error)).toContain('container'));
  });
});

/** Talks to the echo service on one connection and writes down all that becomes of it: what was sent, what came back, how it ended. */
const holdConnection = (address: string): string => `
const log = (word) => require('fs').appendFileSync('/tmp/held', word + '\\n');
const s = require('net').connect(${echoPort}, '${address}', () => setInterval(() => { if (s.writable) { s.write('?'); log('sent'); } }, 20));
s.on('data', () => log('echo')); s.on('end', () => log('FIN')); s.on('error', (e) => log(e.code)); s.on('close', () => process.exit(0));`;

describe('a connection from another host', () => {
  const held = async (stage: Stage): Promise<Record<string, number>> => {
    const { stdout } = await stage.node('peer').sandbox.exec(['sh', '-c', 'sort /tmp/held | uniq -c']);
    return Object.fromEntries(
      stdout
        .split('\n')
        .flatMap((line) => (/^ *(\d+) (\w+)$/.exec(line) ? [[line.trim().split(' ')[1] ?? '', Number.parseInt(line, 10)]] : [])),
    );
  };
  const withHeld = async (kind: string, look: (stage: Stage) => Promise<void>): Promise<void> => {
    const fault = faults.find((candidate) => candidate.kind === kind);
    const exercise = exercises[kind]?.[0];
    if (fault === undefined || exercise === undefined) throw new Error(`no ${kind}`);
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    const { sandbox } = stage.node('peer');
    await until('a connection that echoes', async () => {
      await sandbox.exec([
        'sh',
        '-c',
        `rm -f /tmp/held; setsid node -e "$0" </dev/null >/dev/null 2>&1 &`,
        holdConnection(stage.node('victim').address),
      ]);
      await until('the first words', async () => Object.keys(await held(stage)).length > 0);
      return ((await held(stage))['echo'] ?? 0) > 0;
    });
    const context = stage.context(`1-${kind}`, exercise, fault);
    const memo = await fault.inject(context);
    await proven(`${kind} to take hold`, () => fault.confirm(context, memo));
    await look(stage);
    await fault.heal(context, memo);
  };

  test('to a lost host goes silent: neither FIN nor RST', async () => {
    await withHeld('host-loss', async (stage) => {
      await until('50 words without an answer', async () => {
        const { sent = 0, echo = 0 } = await held(stage);
        return sent - echo > 50;
      });
      expect(Object.keys(await held(stage)).toSorted()).toEqual(['echo', 'sent']);
    });
  });

  test('to a killed container is told so at once', async () => {
    await withHeld('container-kill', async (stage) => {
      const told = (words: Record<string, number>): boolean => 'FIN' in words || 'ECONNRESET' in words;
      await until('FIN or RST', async () => told(await held(stage)));
      expect(told(await held(stage))).toBe(true);
    });
  });
});

test('what ends with its container is dated by the engine, and started again by heal', async () => {
  const fault = faults.find(({ kind }) => kind === 'process-kill');
  if (fault === undefined) throw new Error('no process-kill');
  const config = 'defaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten rw\n  bind *:5000\n';
  const command = ['tini', '--', 'haproxy', '-db', '-f', '/etc/haproxy/test.cfg'];
  const files = [{ path: '/etc/haproxy/test.cfg', content: config }];
  const router = {
    name: 'router',
    zone: 'a',
    region: 'region1',
    ports: {},
    containers: [{ name: 'haproxy', role: 'haproxy' as const, command, files, memoryMiB: 10 }],
  };
  await using stage = await Stage.start({ ...smallPlan, nodes: [router] });
  const haproxy = stage.container('router', 'haproxy');
  await until(
    'HAProxy',
    async () => (await stage.node('router').sandbox.exec(['curl', '--silent', 'http://127.0.0.1:5000'])).exitCode !== 7,
  );
  const context = stage.context('1-process-kill', { nodes: ['router'], params: { process: 'haproxy' } }, fault);
  const memo = await fault.inject(context);
  const active = await proven('HAProxy to be gone', () => fault.confirm(context, memo));
  expect((await haproxy.state()).running).toBe(false);
  expect(active.effectiveNs).toBeLessThanOrEqual(stage.clock.fromWallMs((await haproxy.state()).finishedAtMs ?? 0));
  const unhealed = await fault.confirmHealed(context, memo).catch(() => ({ proven: false }));
  expect(unhealed.proven).toBe(false);
  await fault.heal(context, memo);
  await proven('HAProxy to be back', () => fault.confirmHealed(context, memo));
  expect((await haproxy.state()).running).toBe(true);
});

test('a switchover is proven by SQL, counts from its request, and leaves nothing to heal', async () => {
  const fault = faults.find(({ kind }) => kind === 'switchover');
  if (fault === undefined) throw new Error('no switchover');
  const params = patroniHa.params.parse({ members: 2 });
  const plan = patroniHa.plan(params, { postgres: 17 });
  await using stage = await Stage.start(plan);
  await using running = await patroniHa.connect({ plan, nodes: stage.cluster.nodes, clock: stage.clock, postgres: 17 });
  await waitFor({ name: 'a healthy cluster', budgetMs: 60_000 }, async () => {
    const health = await running.health();
    return health.healthy && health.redundant ? { done: true, value: undefined } : { done: false, seen: health.seen };
  });
  const from = await running.capabilities.primary?.();
  const to = from === 'pg1' ? 'pg2' : 'pg1';
  const context = { ...stage.context('1-switchover', { nodes: [], params: { to } }, fault), capabilities: running.capabilities };

  expect((await fault.confirm(context, { from, to })).proven).toBe(false);
  const asIs = { ...context, params: { to: from } };
  await expect(fault.inject(asIs)).rejects.toThrow(/primary already/);

  const memo = await fault.inject(context);
  expect(memo).toEqual({ from, to });
  const active = await proven('the switchover', () => fault.confirm(context, memo));
  expect(active.effectiveNs).toBe(context.invokedNs);
  const asked = await stage.container(to, 'db').exec(['psql', '-h', 'localhost', '-U', 'postgres', '-Atc', 'SELECT pg_is_in_recovery()']);
  expect(asked.stdout.trim()).toBe('f');
  await fault.heal(context, {});
  expect((await fault.confirmHealed(context, {})).proven).toBe(true);
});
