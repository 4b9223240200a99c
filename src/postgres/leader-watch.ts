import { setTimeout as sleep } from 'node:timers/promises';
import type { RunClock } from '../base/clock.ts';
import type { LeaderEvent } from '../history/observations.ts';
import type { EtcdApi } from './etcd.ts';
import { watchKey, type WatchedChange } from './etcd-watch.ts';
import { LeaderSight, type LeaseFate } from './leader-sight.ts';

/** A member whose stream is silent proves by a linearizable read, this often, that it is still in touch with the quorum. */
const heartbeatMs = 1000;
/** Without such a proof for this long nobody can vouch for the key: longer than an election of etcd's (1–2 s) with the reads that it fails. */
const sightMs = 5000;
const retryMs = 200;

export interface LeaderWatchOptions {
  endpoints: readonly EtcdApi[];
  /** `/<namespace>/<scope>/leader` of Patroni's. */
  key: string;
  clock: RunClock;
  sink: (event: LeaderEvent) => void;
  signal: AbortSignal;
}

/**
 * Watches the leader key on all etcd members at once until the signal fires, so that the loss of any of them costs neither
 * an event nor time; each change is dated when the first of them reported it. Begins with `initial`.
 *
 * A deleted key is `released` when the lease it was bound to still lives (somebody deleted it), `expired` when the lease
 * has ended. An expiry and an explicit revocation of the lease look alike; Patroni never revokes. When the lease cannot be
 * asked, and when no member can vouch for the key, it is `lost-sight`; changes reported after that are dated when seen.
 */
export async function watchLeader(options: LeaderWatchOptions): Promise<void> {
  const watch = new LeaderWatch(options);
  await Promise.all([...options.endpoints.map((endpoint) => watch.follow(endpoint)), watch.guardSight()]);
}

class LeaderWatch {
  readonly #options: LeaderWatchOptions;
  readonly #sight = new LeaderSight();
  /** Changes are judged one after the other: the fate of a lease takes a question. */
  #turn: Promise<void> = Promise.resolve();
  #vouchedMs = performance.now();

  constructor(options: LeaderWatchOptions) {
    this.#options = options;
  }

  async follow(endpoint: EtcdApi): Promise<void> {
    const { key, signal } = this.#options;
    while (!signal.aborted) {
      if (await this.#vouches(endpoint)) {
        const dropped = new AbortController();
        const beating = this.#beat(endpoint, dropped);
        const onChange = (change: WatchedChange): void => this.#inTurn((atNs) => this.#onChange(change, atNs));
        const end = await watchKey(endpoint, key, this.#sight.nextRevision ?? 1, onChange, AbortSignal.any([signal, dropped.signal]));
        dropped.abort();
        await beating;
        if (end.compacted) this.#inTurn((atNs) => this.#emit(this.#sight.forget(), atNs));
      }
      await pause(retryMs, signal);
    }
    await this.#turn;
  }

  async guardSight(): Promise<void> {
    while (!this.#options.signal.aborted) {
      await pause(heartbeatMs / 2, this.#options.signal);
      if (performance.now() - this.#vouchedMs > sightMs) this.#inTurn((atNs) => this.#emit(this.#sight.lost(), atNs));
    }
  }

  /** Asks the member for the key while its stream is open, and drops the stream when it does not answer twice. */
  async #beat(endpoint: EtcdApi, dropped: AbortController): Promise<void> {
    const over = AbortSignal.any([this.#options.signal, dropped.signal]);
    let silent = 0;
    while (silent < 2) {
      await pause(heartbeatMs, over);
      if (over.aborted) return;
      silent = (await this.#vouches(endpoint)) ? 0 : silent + 1;
    }
    dropped.abort();
  }

  async #vouches(endpoint: EtcdApi): Promise<boolean> {
    const read = await endpoint.get(this.#options.key);
    if (!read.ok) return false;
    this.#vouchedMs = performance.now();
    this.#inTurn((atNs) => this.#emit(this.#sight.read(read.value.found?.value ?? null, read.value.revision), atNs));
    await this.#turn;
    return true;
  }

  async #onChange(change: WatchedChange, atNs: number): Promise<void> {
    const seen = { revision: change.revision, holder: change.now?.value ?? null };
    if (!this.#sight.isNew(seen)) return;
    const fate = seen.holder === null ? await this.#fateOf(change.before?.lease ?? null) : 'unknown';
    this.#emit(this.#sight.change(seen, fate), atNs);
  }

  /** Asks all members at once; the first answer counts. */
  async #fateOf(lease: string | null): Promise<LeaseFate> {
    // A key without a lease cannot expire.
    if (lease === null) return 'alive';
    const answers = this.#options.endpoints.map(async (endpoint): Promise<LeaseFate> => {
      const left = await endpoint.leaseSecondsLeft(lease);
      if (!left.ok) throw new Error(left.error);
      return left.value === null ? 'ended' : 'alive';
    });
    return Promise.any(answers).catch(() => 'unknown' as const);
  }

  #inTurn(act: (atNs: number) => Promise<void> | void): void {
    const atNs = this.#options.clock.nowNs();
    this.#turn = this.#turn.then(() => act(atNs));
  }

  #emit(event: Omit<LeaderEvent, 'atNs' | 'type'> | null, atNs: number): void {
    if (event !== null && !this.#options.signal.aborted) this.#options.sink({ type: 'leader', atNs, ...event });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
