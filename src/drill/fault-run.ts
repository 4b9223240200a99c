import type { RunClock } from '../base/clock.ts';
import { DrillError, messageOf } from '../base/errors.ts';
import { waitFor } from '../base/wait.ts';
import type { Confirmation, FaultContext, FaultDefinition, Memo } from '../contract/fault.ts';
import type { NodeHandle } from '../contract/node.ts';
import type { Capabilities } from '../contract/topology.ts';
import type { FaultChanged, FaultState } from '../history/journal.ts';
import type { Target } from '../scenario/schema.ts';
import type { Journal } from './journal.ts';
import { resolveTarget, targetText } from './targets.ts';

/** One entry of the timeline, its definition and parameters resolved. */
export interface PlannedFault {
  id: string;
  definition: FaultDefinition;
  target: Target | undefined;
  from: Target | undefined;
  params: Record<string, unknown>;
  atMs: number;
  forMs: number | undefined;
}

export interface FaultEnvironment {
  nodes: ReadonlyMap<string, NodeHandle>;
  capabilities: Partial<Capabilities>;
  clock: RunClock;
  journal: Journal;
  leaseMs: number;
  /** Drawn from the drill's seed, in [0, 1). */
  random: number;
}

/** How long a proof is looked for when the fault does not say. */
const proofBudgetMs = 10_000;
/** Inject and heal must end within this, or the fault counts as failed. */
const actBudgetMs = 30_000;

/** The life of one fault: `planned → injecting → active → healing → healed`, or `failed`. Every state is journalled before it acts. */
export class FaultRun {
  readonly planned: PlannedFault;
  state: FaultState = 'planned';
  nodes: readonly NodeHandle[] = [];
  #peers: readonly NodeHandle[] = [];
  activeNs: number | null = null;
  readonly #environment: FaultEnvironment;
  #memo: Memo | null = null;
  #lease: NodeJS.Timeout | undefined;
  #healing: Promise<boolean> | null = null;

  constructor(planned: PlannedFault, environment: FaultEnvironment) {
    this.planned = planned;
    this.#environment = environment;
  }

  async announce(): Promise<void> {
    await this.#become('planned', {});
  }

  /** Injects and proves. @returns whether the effect is proven; a failure is journalled, not thrown. */
  async inject(): Promise<boolean> {
    const { nodes, capabilities, random, clock } = this.#environment;
    try {
      const { target, from } = this.planned;
      this.nodes = await resolveTarget(target, nodes, capabilities, random);
      this.#peers = await resolveTarget(from, nodes, capabilities, random, this.nodes);
      await this.#become('injecting', {});
      const context = this.#context(clock.nowNs());
      this.#memo = await bounded(this.planned.definition.inject(context), `inject ${this.planned.id}`);
      this.#keepLease(context);
      const { effectiveNs, evidence } = await this.#prove(
        'take hold',
        context,
        this.planned.definition.budgetMs?.confirm,
        this.planned.definition.confirm,
      );
      this.activeNs = effectiveNs;
      await this.#become('active', { effectiveNs, evidence, memo: this.#memo });
      return true;
    } catch (error) {
      await this.#become('failed', { reason: messageOf(error), ...(this.#memo === null ? {} : { memo: this.#memo }) });
      return false;
    }
  }

  /** Heals and proves that it is gone. Idempotent; two callers share one heal. @returns whether it is proven gone. */
  heal(): Promise<boolean> {
    this.#healing ??= this.#heal();
    return this.#healing;
  }

  /** Something of it may still be in effect. */
  get needsHeal(): boolean {
    return this.#healing === null && this.state !== 'planned' && (this.state !== 'failed' || this.nodes.length > 0);
  }

  async #heal(): Promise<boolean> {
    const failedBefore = this.state === 'failed';
    try {
      await this.#become('healing', {});
      const context = this.#context(this.#environment.clock.nowNs());
      const memo = this.#memo ?? {};
      await bounded(this.planned.definition.heal(context, memo), `heal ${this.planned.id}`);
      const { effectiveNs, evidence } = await this.#prove(
        'be gone',
        context,
        this.planned.definition.budgetMs?.confirmHealed,
        this.planned.definition.confirmHealed,
      );
      await this.#become(failedBefore ? 'failed' : 'healed', {
        effectiveNs,
        evidence,
        ...(failedBefore ? { reason: 'it never took hold; what it left is undone' } : {}),
      });
      return true;
    } catch (error) {
      await this.#become('failed', { reason: messageOf(error) });
      return false;
    } finally {
      clearInterval(this.#lease);
    }
  }

  #context(invokedNs: number): FaultContext<Record<string, unknown>> {
    const { capabilities, clock, leaseMs } = this.#environment;
    return {
      params: this.planned.params,
      nodes: this.nodes,
      peers: this.#peers,
      capabilities,
      clock,
      id: this.planned.id,
      invokedNs,
      leaseMs,
    };
  }

  async #prove(
    what: string,
    context: FaultContext<Record<string, unknown>>,
    budgetMs: number | undefined,
    look: (context: FaultContext<Record<string, unknown>>, memo: Memo) => Promise<Confirmation>,
  ): Promise<Confirmation & { proven: true }> {
    return waitFor({ name: `${this.planned.id} to ${what}`, budgetMs: budgetMs ?? proofBudgetMs, intervalMs: 25 }, async () => {
      const found = await look(context, this.#memo ?? {});
      return found.proven ? { done: true, value: found } : { done: false, seen: found.seen };
    });
  }

  /** A fault undoes itself when the harness is gone for the length of its lease; a live harness renews at a third of it. */
  #keepLease(context: FaultContext<Record<string, unknown>>): void {
    const { renew } = this.planned.definition;
    if (renew === undefined) return;
    this.#lease = setInterval(() => {
      renew(context, this.#memo ?? {}).catch((error: unknown) => {
        void this.#environment.journal
          .warn('lease-not-renewed', `${this.planned.id}: the lease could not be renewed: ${messageOf(error)}`, true)
          .catch(() => undefined);
      });
    }, this.#environment.leaseMs / 3);
  }

  async #become(state: FaultState, detail: Partial<Pick<FaultChanged, 'effectiveNs' | 'evidence' | 'reason' | 'memo'>>): Promise<void> {
    this.state = state;
    await this.#environment.journal.write({
      type: 'fault',
      fault: this.planned.id,
      kind: this.planned.definition.kind,
      state,
      target: `${targetText(this.planned.target)}${this.planned.from === undefined ? '' : ` from ${targetText(this.planned.from)}`}`,
      nodes: this.nodes.map((node) => node.name),
      params: this.planned.params,
      ...detail,
    });
  }
}

async function bounded<T>(work: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new DrillError(`could not ${what} within ${actBudgetMs / 1000} s`, { code: 'fault-failed' })),
    actBudgetMs,
  );
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
