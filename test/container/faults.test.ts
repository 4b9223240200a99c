import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultDefinition } from '../../src/index.ts';
import { waitFor } from '../../src/base/wait.ts';
import { faultFiles, faults } from '../support/all-faults.ts';
import { answers, exercises, startedAt, type Exercise } from '../support/fault-exercises.ts';
import { longEnoughMs, onlyNodes, proven, Stage, until } from '../support/fault-stage.ts';

/** Exercised in fault-effects.test.ts: it needs a real cluster. */
const onRealCluster = ['switchover'];
const small = faults.filter(({ kind }) => !onRealCluster.includes(kind));
const cases = small.flatMap((fault) =>
  (exercises[fault.kind] ?? []).map((exercise): [string, FaultDefinition, Exercise] => [
    `${fault.kind}: ${exercise.what}`,
    fault,
    exercise,
  ]),
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
  expect(faultFiles.map((file) => file.replace('.ts', '')).toSorted()).toEqual(faults.map(({ kind }) => kind).toSorted());
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
