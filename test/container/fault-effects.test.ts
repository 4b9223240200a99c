import { describe, expect, test } from 'vitest';
import patroniHa from '../../topologies/patroni-ha/topology.ts';
import { waitFor } from '../../src/base/wait.ts';
import { faultNamed } from '../support/all-faults.ts';
import { echoPort, onlyNodes, proven, smallPlan, Stage, until } from '../support/fault-stage.ts';

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
    const fault = faultNamed(kind);
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
    const context = stage.context(`1-${kind}`, { nodes: ['victim'] }, fault);
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
  const fault = faultNamed('process-kill');
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
  // The process is gone before the engine has noticed that its container is.
  await until('its container to have ended', async () => !(await haproxy.state()).running);
  expect(active.effectiveNs).toBeLessThanOrEqual(stage.clock.fromWallMs((await haproxy.state()).finishedAtMs ?? 0));
  const unhealed = await fault.confirmHealed(context, memo).catch(() => ({ proven: false }));
  expect(unhealed.proven).toBe(false);
  await fault.heal(context, memo);
  await proven('HAProxy to be back', () => fault.confirmHealed(context, memo));
  expect((await haproxy.state()).running).toBe(true);
});

test('a switchover is proven by SQL, counts from its request, and leaves nothing to heal', async () => {
  const fault = faultNamed('switchover');
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
