import type { DurabilityPromise, OutagePromise } from 'pgdrill';
import type { PatroniHaParams } from './params.ts';

/** PostgreSQL's promotion, HAProxy's next check and the pooler's next login, generously: measured 1–3 s on two cores. */
const restMs = 4000;

/** Faults that take the primary from the cluster, with whatever only it has. */
const losing = ['container-kill', 'host-loss', 'pause'];

/**
 * What the settings promise. A lost primary renewed its leader key at most loop_wait before it was lost, so the key lives
 * on for ttl − loop_wait to ttl; the standbys notice its end at once by their watch, or at their next loop.
 */
export function promises(params: PatroniHaParams): { rto: OutagePromise[]; durability: DurabilityPromise } {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const routeMs = params.checkInterval * 1 + 1000;
  return {
    rto: [
      {
        faults: losing,
        route: 'rw',
        atLeastMs: params.ttl - params.loopWait - params.retryTimeout,
        atMostMs: params.ttl + params.loopWait + params.retryTimeout + restMs + routeMs,
        because: `a lost primary is noticed when its lease runs out: ttl ${seconds(params.ttl)}, renewed every loop_wait ${seconds(params.loopWait)}`,
      },
      {
        faults: ['process-kill'],
        route: 'rw',
        atLeastMs: 0,
        atMostMs: params.loopWait + restMs + routeMs + 5000,
        because: `a killed postmaster is started again by its own Patroni, at its next loop of ${seconds(params.loopWait)}`,
      },
      {
        faults: ['partition'],
        route: 'rw',
        atLeastMs: 0,
        atMostMs: params.ttl + params.loopWait + params.retryTimeout + restMs + routeMs,
        because: `a primary that is cut off steps down or is replaced when its lease of ttl ${seconds(params.ttl)} runs out; it depends on what it is cut off from`,
      },
      {
        faults: ['switchover'],
        route: 'rw',
        atLeastMs: 0,
        atMostMs: 2 * params.loopWait + restMs + routeMs,
        because: 'a switchover shuts the old primary down cleanly and promotes a standby that has everything',
      },
    ],
    durability:
      params.synchronousMode === 'off'
        ? { faults: losing, loss: 'some', because: 'replication is asynchronous: what had not reached a standby is lost with the primary' }
        : params.synchronousMode === 'on'
          ? {
              faults: losing,
              loss: 'some',
              because: 'synchronous_mode without strict falls back to asynchronous replication when no standby is left',
            }
          : {
              faults: losing,
              loss: 'none',
              because: `synchronous_mode ${params.synchronousMode}: a commit is acknowledged when a standby that may be promoted has it`,
            },
  };
}
