import { hostname } from 'node:os';
import { DrillError } from '../base/errors.ts';
import type { Phase } from '../history/journal.ts';
import type { Progress } from './api.ts';
import type { DrillContext } from './context.ts';
import { FaultRun } from './fault-run.ts';
import { watchGauge } from './gauge.ts';
import { baseline } from './phases/baseline.ts';
import { converge } from './phases/converge.ts';
import { examine } from './phases/examine.ts';
import { heal } from './phases/heal.ts';
import { environmentOf } from './phases/provision.ts';
import { settle } from './phases/settle.ts';
import { inject, observe } from './phases/timeline.ts';
import type { Prepared } from './prepare.ts';
import { seededRandom } from './random.ts';
import { runPhase, type PhaseEnd } from './stages.ts';

/**
 * Everything of a drill that needs its containers: provision to examine. Where a phase fails, the later ones of the way
 * there are left out, but what was broken is healed and what can be examined is examined.
 * @throws the failure when it came before there was anything to judge.
 */
export async function conduct(context: DrillContext, prepared: Prepared, onProgress: (progress: Progress) => void): Promise<void> {
  using _gauge = watchGauge(context, onProgress);
  const run = (phase: Phase, body: () => Promise<string | void>): Promise<PhaseEnd> => {
    context.phase = phase;
    return runPhase(context.journal, phase, context.releaseNow, body);
  };
  const failure = await inOrder([
    () => run('provision', () => provision(context, prepared)),
    () => run('settle', () => settle(context, prepared.valid.topology)),
    () => run('baseline', () => baseline(context)),
    () => run('inject', () => injectAll(context, prepared)),
    () => run('observe', () => observe(context)),
  ]);
  if (failure?.phase === 'provision') throw failure;
  if (context.faults.length > 0) await run('heal', () => heal(context));
  const short = failure ?? (await inOrder([() => run('converge', () => converge(context))]));
  if (short?.code === 'interrupted') await context.journal.write({ type: 'stopped', by: 'interrupt', reason: short.message });
  if (context.topology !== null && !context.releaseNow.aborted) await run('examine', () => examine(context));
}

async function inOrder(phases: (() => Promise<PhaseEnd>)[]): Promise<DrillError | null> {
  for (const phase of phases) {
    const end = await phase();
    if (!end.ok) return end.error;
  }
  return null;
}

async function provision(context: DrillContext, prepared: Prepared): Promise<string> {
  const { cluster, journal, plan } = context;
  // The client starts when there is something to measure.
  await cluster.start((node) => !node.containers.some(({ role }) => role === 'client'));
  await journal.write({
    type: 'run',
    runId: prepared.runId,
    epochNs: String(context.clock.epochNs),
    epochWallMs: context.clock.epochWallMs,
    scenarioFile: prepared.valid.file,
    scenarioHash: prepared.valid.scenarioHash,
    scenario: prepared.valid.input,
    limits: prepared.valid.limits,
    seed: prepared.seed,
    images: prepared.images.byRole,
    nodes: plan.nodes.map(({ name, zone, region, containers }) => ({
      name,
      zone,
      region,
      address: cluster.nodes.get(name)?.address ?? '',
      roles: containers.map(({ role }) => role),
    })),
    environment: environmentOf(prepared.engine),
    notSimulated: notSimulated(prepared),
    harness: { pid: process.pid, host: hostname() },
  });
  return `${plan.nodes.length} nodes, ${plan.nodes.reduce((sum, { containers }) => sum + 1 + containers.length, 0)} containers`;
}

function notSimulated({ valid }: Prepared): string[] {
  return [...new Set([...valid.topology.notSimulated, ...valid.faults.flatMap((fault) => fault.definition.notSimulated)])];
}

async function injectAll(context: DrillContext, { valid, seed }: Prepared): Promise<string> {
  const random = seededRandom(seed);
  context.faults = valid.faults.map(
    (planned) =>
      new FaultRun(planned, {
        nodes: context.cluster.nodes,
        capabilities: context.topology?.capabilities ?? {},
        clock: context.clock,
        journal: context.journal,
        leaseMs: context.scenario.lease,
        random: random(),
      }),
  );
  for (const fault of context.faults) await fault.announce();
  await inject(context);
  const told = context.faults.map(faultText).join('; ');
  // Nothing was broken, so there is nothing to observe: what may be left of the attempts is healed at once.
  if (context.faults.every(({ state }) => state === 'failed'))
    throw new DrillError(`no fault took hold: ${told}`, { code: 'fault-failed' });
  return told;
}

function faultText({ planned, state, nodes }: FaultRun): string {
  return `${planned.id} ${state}${nodes.length === 0 ? '' : ` on ${nodes.map(({ name }) => name).join(', ')}`}`;
}
