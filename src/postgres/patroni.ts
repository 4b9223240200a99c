import { DrillError } from '../base/errors.ts';
import { waitFor } from '../base/wait.ts';
import { exchange, exchangeJson, type Answer } from './http.ts';
import { readCluster, readStatus, type PatroniCluster, type PatroniStatus } from './patroni-read.ts';

/** One member's Patroni REST API (versions 3 and 4). Every call is bounded in time; a member that does not answer is a value. */
export class PatroniApi {
  readonly #base: string;
  readonly #budgetMs: number;

  constructor(host: string, port = 8008, budgetMs = 2000) {
    this.#base = `http://${host}:${port}`;
    this.#budgetMs = budgetMs;
  }

  /** What the agent says of its own member. */
  status(): Promise<Answer<PatroniStatus>> {
    return exchangeJson(`${this.#base}/patroni`, { budgetMs: this.#budgetMs }, readStatus);
  }

  /** The cluster as this member reads it from the DCS. */
  cluster(): Promise<Answer<PatroniCluster>> {
    return exchangeJson(`${this.#base}/cluster`, { budgetMs: this.#budgetMs }, readCluster);
  }

  /** The dynamic configuration in the DCS: `ttl`, `loop_wait`, `retry_timeout`, `synchronous_mode`, … */
  config(): Promise<Answer<Record<string, unknown>>> {
    return exchangeJson(`${this.#base}/config`, { budgetMs: this.#budgetMs }, (json) => json);
  }

  /**
   * Hands the leader's role over in good order, and waits until the DCS names another leader that runs as primary.
   * May be sent to any member.
   * @throws DrillError `fault-failed` when Patroni refuses, `wait-timeout` when the budget runs out.
   */
  async switchover(
    request: { leader: string; candidate?: string },
    options: { budgetMs?: number; signal?: AbortSignal } = {},
  ): Promise<{ from: string; to: string }> {
    const budgetMs = options.budgetMs ?? 60_000;
    const deadline = performance.now() + budgetMs;
    // Patroni answers when it is done, or has given up: the request gets the whole budget.
    const reply = await exchange(`${this.#base}/switchover`, { json: request, budgetMs });
    const text = reply.ok ? `HTTP ${reply.value.status}: ${reply.value.body.trim()}` : reply.error;
    if (!reply.ok || reply.value.status !== 200) {
      throw new DrillError(`Patroni refused the switchover from ${request.leader}: ${text}`, { code: 'fault-failed' });
    }
    const name = `another leader than ${request.leader}`;
    const left = Math.max(0, deadline - performance.now());
    return waitFor({ name, budgetMs: left, signal: options.signal }, async () => {
      const cluster = await this.cluster();
      if (!cluster.ok) return { done: false, seen: cluster.error };
      const leader = cluster.value.members.find((member) => member.role === 'primary');
      if (leader === undefined || leader.name === request.leader || leader.state !== 'running') {
        return { done: false, seen: leader === undefined ? 'no leader' : `leader ${leader.name}, ${leader.state}` };
      }
      return { done: true, value: { from: request.leader, to: leader.name } };
    });
  }
}
