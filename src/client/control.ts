import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { formatMs } from '../base/duration.ts';
import { DrillError, messageOf } from '../base/errors.ts';
import { readBootId, type ControlAnswers } from './control-server.ts';

/** How far the client's clock is from ours: client = harness + offsetNs, ± boundNs. */
export interface ClockHandshake {
  sameKernel: boolean;
  offsetNs: number;
  boundNs: number;
}

/** Rounds of a clock handshake; the fastest is the one that counts. */
const rounds = 32;
/** A request that has no answer after this is given up, ms. */
const answerMs = 5000;

/** The harness's end of a client's control connection. One request at a time; every wait is bounded. */
export class ClientControl implements Disposable {
  readonly #socket: Socket;
  #next: ((line: string) => void) | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#next?.(line));
  }

  /** One attempt to connect. @throws DrillError `wait-timeout` when nothing answers within the budget. */
  static async connect(host: string, port: number, budgetMs = 2000): Promise<ClientControl> {
    const socket = connect({ host, port, noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('connect', resolve).once('error', reject);
    try {
      await within(promise, budgetMs, `the client's control port ${host}:${port}`);
    } catch (error) {
      socket.destroy();
      throw asTimeout(error, `cannot reach the client at ${host}:${port}`);
    }
    // From here on a broken connection shows as a request without an answer.
    socket.on('error', () => {});
    return new ClientControl(socket);
  }

  /** Bounds the distance of the two clocks: of many exchanges the fastest leaves the least room. */
  async clock(): Promise<ClockHandshake> {
    let best: ClockHandshake = { sameKernel: false, offsetNs: 0, boundNs: Number.POSITIVE_INFINITY };
    for (let round = 0; round < rounds; round++) {
      const sent = process.hrtime.bigint();
      const { ns, bootId } = await this.#ask('clock');
      const tripNs = Number(process.hrtime.bigint() - sent);
      const boundNs = Math.ceil(tripNs / 2);
      if (boundNs >= best.boundNs) continue;
      const offsetNs = Number(BigInt(ns) - sent) - boundNs;
      best = { sameKernel: bootId === readBootId() && Math.abs(offsetNs) <= boundNs, offsetNs, boundNs };
    }
    return best;
  }

  status(): Promise<ControlAnswers['status']> {
    return this.#ask('status');
  }

  /** Stops the client and resolves when its history is complete. Give it the longest deadline of its operations. */
  stop(budgetMs = 10_000): Promise<ControlAnswers['stop']> {
    return this.#ask('stop', budgetMs);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #ask<Op extends keyof ControlAnswers>(op: Op, budgetMs = answerMs): Promise<ControlAnswers[Op]> {
    const answer = this.#turn.then(() => this.#exchange(op, budgetMs));
    this.#turn = answer.catch(() => {});
    return answer as Promise<ControlAnswers[Op]>;
  }

  async #exchange(op: string, budgetMs: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const lost = () => reject(new Error('the connection was closed'));
    this.#next = resolve;
    this.#socket.once('close', lost);
    try {
      if (this.#socket.destroyed) lost();
      this.#socket.write(`${JSON.stringify({ op })}\n`);
      return JSON.parse(await within(promise, budgetMs, `the client to answer \`${op}\``));
    } catch (error) {
      // The answer may still come, and must not be taken for that of a later request.
      this.#socket.destroy();
      throw asTimeout(error, `the client did not answer \`${op}\``);
    } finally {
      this.#next = null;
      this.#socket.off('close', lost);
    }
  }
}

async function within<T>(promise: Promise<T>, budgetMs: number, name: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited ${formatMs(budgetMs)} for ${name}`)), budgetMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function asTimeout(error: unknown, what: string): DrillError {
  return new DrillError(`${what}: ${messageOf(error)}`, { code: 'wait-timeout', cause: error });
}
