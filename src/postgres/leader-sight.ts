import type { LeaderEvent } from '../history/observations.ts';

/** A change of the leader key as one etcd member reported it; holder null: the key was deleted. */
export interface KeyChange {
  revision: number;
  holder: string | null;
}

/** What became of the lease that a deleted key was bound to; `unknown`: it could not be asked. */
export type LeaseFate = 'ended' | 'alive' | 'unknown';

type Emitted = Omit<LeaderEvent, 'atNs' | 'type'>;

/**
 * What is known of the leader key, put together from several members that report the same changes: each change counts once,
 * when it is first reported. Every source reports in order and from `nextRevision` on, so none is missed. Pure.
 */
export class LeaderSight {
  #known: { holder: string | null; revision: number } | null = null;
  #inSight = false;

  /** From where a new source must report for nothing to be missed; null before the first read. */
  get nextRevision(): number | null {
    return this.#known === null ? null : this.#known.revision + 1;
  }

  /** The key as read from a source. News the first time, and when it shows that sight of an unchanged key is regained. */
  read(holder: string | null, revision: number): Emitted | null {
    this.#known ??= { holder, revision };
    // What changed while out of sight is not taken from here: the source is about to report it, change by change.
    if (this.#inSight || revision < this.#known.revision || holder !== this.#known.holder) return null;
    this.#inSight = true;
    return { ...this.#known, how: 'initial' };
  }

  /** Whether a reported change is news. */
  isNew(change: KeyChange): boolean {
    return this.#known !== null && change.revision > this.#known.revision;
  }

  /** A change; null when it is no news, or the key stayed with its holder. */
  change(change: KeyChange, fate: LeaseFate): Emitted | null {
    if (!this.isNew(change)) return null;
    const before = this.#known?.holder;
    this.#known = { holder: change.holder, revision: change.revision };
    if (change.holder === before) return null;
    this.#inSight = true;
    if (change.holder !== null) return { ...this.#known, how: 'acquired' };
    return { ...this.#known, how: fate === 'ended' ? 'expired' : fate === 'alive' ? 'released' : 'lost-sight' };
  }

  /** No source is left. @returns null when that is known already. */
  lost(): Emitted | null {
    if (!this.#inSight) return null;
    this.#inSight = false;
    return { holder: this.#known?.holder ?? null, how: 'lost-sight' };
  }

  /** What happened in between can no longer be had (the store was compacted): the next read begins anew. */
  forget(): Emitted | null {
    const emitted = this.lost();
    this.#known = null;
    return emitted;
  }
}
