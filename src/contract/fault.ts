import type { z } from 'zod';
import type { RunClock } from '../base/clock.ts';
import type { Evidence } from '../history/journal.ts';
import type { Capabilities, Capability } from './topology.ts';
import type { NodeHandle } from './node.ts';

/** What a proof found: in effect (or gone) since `effectiveNs`, or not yet, with what was seen instead. */
export type Confirmation = { proven: true; effectiveNs: number; evidence: Evidence } | { proven: false; seen: string };

/** What a fault gets to work with. */
export interface FaultContext<P> {
  params: P;
  /** The nodes that the scenario's target resolved to when the fault fired; empty for faults without a target. */
  nodes: readonly NodeHandle[];
  /** What the scenario's `from` resolved to, for faults between two groups of nodes; else empty. */
  peers: readonly NodeHandle[];
  capabilities: Partial<Capabilities>;
  clock: RunClock;
  /** Unique in the run; names chains, files and processes so that a fault removes exactly what it made. */
  id: string;
  /** When inject() (or heal()) was called, ns: the earliest an effect may be dated. */
  invokedNs: number;
  /** The lease, ms: what a fault leaves running inside a node must undo itself this long after its last renewal. */
  leaseMs: number;
}

/** JSON that inject() returns and that confirm(), heal() and confirmHealed() are given, also after a crash. */
export type Memo = Record<string, unknown>;

/**
 * A fault: something broken on purpose, proven to be in effect, healed, proven to be gone.
 *
 * `confirm` and `confirmHealed` are called again and again within a budget until proven; they look from inside and never
 * change anything. `heal` is idempotent, bounded in time, and tolerates a dead or restarted target. `renew` refreshes the
 * lease and is called at a third of it.
 */
export interface FaultDefinition<P extends z.ZodObject = z.ZodObject, M extends Memo = Memo> {
  kind: string;
  summary: string;
  params: P;
  /** Capabilities without which it is refused at validation. */
  needs: readonly Capability[];
  /** `nodes`: needs a target. `link`: needs a target and, as `from`, what it is cut off from. `none`: takes none. */
  target: 'nodes' | 'link' | 'none';
  /** What it does at the level of packets, signals or files; and what it cannot simulate. For docs and report. */
  does: string;
  notSimulated: readonly string[];
  /** How long confirm and confirmHealed are asked before the fault counts as failed, ms. */
  budgetMs?: { confirm?: number; confirmHealed?: number };
  inject(context: FaultContext<z.output<P>>): Promise<M>;
  confirm(context: FaultContext<z.output<P>>, memo: M): Promise<Confirmation>;
  /** The memo is empty when inject() was cut off: whatever it may have done is undone, going by the context alone. */
  heal(context: FaultContext<z.output<P>>, memo: Partial<M>): Promise<void>;
  confirmHealed(context: FaultContext<z.output<P>>, memo: Partial<M>): Promise<Confirmation>;
  renew?(context: FaultContext<z.output<P>>, memo: M): Promise<void>;
}

/** Declares a fault. A plugin file exports the result as its default. */
export function defineFault<P extends z.ZodObject, M extends Memo>(definition: FaultDefinition<P, M>): FaultDefinition<P, M> {
  return definition;
}
