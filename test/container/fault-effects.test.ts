import { describe, expect, test } from 'vitest';
import patroniHa from '../../topologies/patroni-ha/topology.ts';
import { waitFor } from '../../src/base/wait.ts';
import { faultNamed } from '../support/all-faults.ts';
import { answers } from '../support/fault-exercises.ts';
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
  const withHeld = async (
    kind: string,
    look: (stage: Stage) => Promise<void>,
    exercise: { params?: object; from?: string[] } = {},
  ): Promise<void> => {
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
    const context = stage.context(`1-${kind}`, { nodes: ['victim'], ...exercise }, fault);
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

  test('across a cut goes silent, and goes on when it is mended', async () => {
    await withHeld(
      'partition',
      async (stage) => {
        await until('50 words without an answer', async () => {
          const { sent = 0, echo = 0 } = await held(stage);
          return sent - echo > 50;
        });
        expect(Object.keys(await held(stage)).toSorted()).toEqual(['echo', 'sent']);
      },
      { from: ['peer'] },
    );
  });

  test('across a cut that rejects is reset', async () => {
    await withHeld(
      'partition',
      async (stage) => {
        await until('RST', async () => 'ECONNRESET' in (await held(stage)));
        expect(await held(stage)).toHaveProperty('ECONNRESET');
      },
      { from: ['peer'], params: { action: 'reject' } },
    );
  });

  test('to a killed container is told so at once', async () => {
    await withHeld('container-kill', async (stage) => {
      const told = (words: Record<string, number>): boolean => 'FIN' in words || 'ECONNRESET' in words;
      await until('FIN or RST', async () => told(await held(stage)));
      expect(told(await held(stage))).toBe(true);
    });
  });
});

describe('a partition', () => {
  const fault = faultNamed('partition');
  /** Sends datagrams to the other node for a while. @returns whether one of them came. */
  const hears = async (stage: Stage, from: string, to: string): Promise<boolean> => {
    const script = (code: string): string[] => ['node', '-e', `const s = require('dgram').createSocket('udp4'); ${code}`];
    const listening = stage.node(to).sandbox.exec(
      script(`s.on('message', () => process.exit(0)); s.bind(${echoPort + 1}); setTimeout(() => process.exit(1), 1500);`), // prettier-ignore
    );
    const sending = script(
      `setInterval(() => s.send('x', ${echoPort + 1}, '${stage.node(to).address}', () => {}), 50); setTimeout(() => process.exit(0), 1200);`,
    );
    await stage.node(from).sandbox.exec(sending);
    return (await listening).exitCode === 0;
  };

  test.each([
    ['in', false, true],
    ['out', true, false],
    ['both', false, false],
  ])('%s: the peer is heard %s, and hears %s', async (direction, peerIsHeard, peerHears) => {
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    expect([await hears(stage, 'peer', 'victim'), await hears(stage, 'victim', 'peer')]).toEqual([true, true]);
    const context = stage.context('1-partition', { nodes: ['victim'], from: ['peer'], params: { direction } }, fault);
    const memo = await fault.inject(context);
    await proven('the cut', () => fault.confirm(context, memo));
    expect([await hears(stage, 'peer', 'victim'), await hears(stage, 'victim', 'peer')]).toEqual([peerIsHeard, peerHears]);
  });

  test('of one port leaves the others open', async () => {
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    const context = stage.context('1-partition', { nodes: ['victim'], from: ['peer'], params: { port: 9999 } }, fault);
    await proven('the cut', async () => fault.confirm(context, await fault.inject(context)));
    expect(await answers(stage)).toBe(true);
  });

  test('with a second path around it is not proven, and says which', async () => {
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    await using _detour = await stage.detour(['victim', 'peer']);
    const context = stage.context('1-partition', { nodes: ['victim'], from: ['peer'] }, fault);
    const memo = await fault.inject(context);
    const found = await fault.confirm(context, memo);
    expect(found).toMatchObject({
      proven: false,
      seen: expect.stringMatching(/^(victim reaches peer|peer reaches victim) at [\d.]+:9 \(refusal\), a second path/),
    });
    await fault.heal(context, memo);
  });

  test('from itself, or from nobody, is refused before anything is cut', async () => {
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    const before = await stage.traces();
    const itself = stage.context('1-partition', { nodes: ['victim'], from: ['victim', 'peer'] }, fault);
    await expect(fault.inject(itself)).rejects.toThrow('victim would stand on both sides of the cut');
    await expect(fault.inject(stage.context('1-partition', { nodes: ['victim'] }, fault))).rejects.toThrow('nobody on the other side');
    expect(await stage.traces()).toEqual(before);
  });

  test('two at once between the same nodes are two: the one that is healed leaves the other', async () => {
    await using stage = await Stage.start(onlyNodes(['victim', 'peer']));
    const [first, second] = ['1-partition', '2-partition'].map((id) => stage.context(id, { nodes: ['victim'], from: ['peer'] }, fault));
    if (first === undefined || second === undefined) throw new Error('two contexts');
    const memo = await fault.inject(first);
    await fault.inject(second);
    await fault.heal(second, {});
    expect(await proven('the second to be gone', () => fault.confirmHealed(second, {}))).toMatchObject({
      evidence: { summary: expect.stringContaining('another fault is in effect') },
    });
    await proven('the first to be in effect', () => fault.confirm(first, memo));
    expect(await answers(stage)).toBe(false);
    await fault.heal(first, memo);
    await proven('the first to be gone', () => fault.confirmHealed(first, memo));
    expect(await answers(stage)).toBe(true);
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
