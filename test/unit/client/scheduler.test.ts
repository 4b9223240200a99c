import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler, type Timing } from '../../../src/client/scheduler.ts';

/** Virtual time: a wake-up comes as much later than asked for as `lateness` says, as from a busy event loop. */
class VirtualTime implements Timing {
  #nowNs = 0;
  #pending: { atNs: number; wake: () => void } | null = null;
  readonly #lateness: () => number;
  punctual = false;

  constructor(lateness: () => number) {
    this.#lateness = lateness;
  }

  nowNs(): number {
    return this.#nowNs;
  }

  spend(ns: number): void {
    this.#nowNs += ns;
  }

  after(ms: number, wake: () => void): () => void {
    if (this.#pending !== null) throw new Error('a second timer was armed');
    this.#pending = { atNs: this.#nowNs + ms * 1e6 + (this.punctual ? 0 : this.#lateness()), wake };
    return () => (this.#pending = null);
  }

  runUntil(endNs: number): void {
    while (this.#pending !== null && this.#pending.atNs <= endNs) {
      const { atNs, wake } = this.#pending;
      this.#pending = null;
      this.#nowNs = Math.max(this.#nowNs, atNs);
      wake();
    }
  }
}

const lanes = fc.array(fc.record({ t0Ns: fc.nat(50_000_000), intervalNs: fc.integer({ min: 500_000, max: 40_000_000 }) }), {
  minLength: 1,
  maxLength: 6,
});
const latenessNs = fc.array(fc.oneof({ weight: 8, arbitrary: fc.nat(2_000_000) }, { weight: 1, arbitrary: fc.nat(400_000_000) }), {
  minLength: 1,
  maxLength: 20,
});
const issueCostNs = fc.nat(300_000);
const endNs = 500_000_000;

interface Issued {
  lane: number;
  op: number;
  dueNs: number;
  atNs: number;
}

function run(
  cadences: { t0Ns: number; intervalNs: number }[],
  lateness: number[],
  costNs: number,
): { issued: Issued[]; scheduler: Scheduler; time: VirtualTime } {
  let turn = 0;
  const time = new VirtualTime(() => lateness[turn++ % lateness.length] ?? 0);
  const issued: Issued[] = [];
  const scheduler = new Scheduler(
    time,
    cadences.map((cadence, lane) => ({
      ...cadence,
      issue(op, dueNs) {
        issued.push({ lane, op, dueNs, atNs: time.nowNs() });
        time.spend(costNs);
      },
    })),
  );
  scheduler.start();
  time.runUntil(endNs);
  return { issued, scheduler, time };
}

describe('Scheduler', () => {
  it('issues every slot exactly once, in order, with the time it was due, and never early', () => {
    fc.assert(
      fc.property(lanes, latenessNs, issueCostNs, (cadences, lateness, costNs) => {
        const { issued } = run(cadences, lateness, costNs);
        const next = cadences.map(() => 0);
        for (const { lane, op, dueNs, atNs } of issued) {
          const cadence = cadences[lane];
          expect(op).toBe(next[lane]);
          next[lane] = op + 1;
          expect(dueNs).toBe((cadence?.t0Ns ?? 0) + op * (cadence?.intervalNs ?? 0));
          expect(atNs).toBeGreaterThanOrEqual(dueNs);
        }
      }),
    );
  });

  it('issues over all series in the order they are due', () => {
    fc.assert(
      fc.property(lanes, latenessNs, issueCostNs, (cadences, lateness, costNs) => {
        const { issued } = run(cadences, lateness, costNs);
        const dues = issued.map(({ dueNs }) => dueNs);
        expect(dues).toEqual(dues.toSorted((a, b) => a - b));
      }),
    );
  });

  it('drops nothing however late it woke: once wake-ups are on time, every slot that has fallen due is issued', () => {
    fc.assert(
      fc.property(lanes, latenessNs, (cadences, lateness) => {
        const { issued, time } = run(cadences, lateness, 0);
        time.punctual = true;
        time.runUntil(2 * endNs);
        // A timer counts whole milliseconds, so the newest may be up to one late.
        const surelyNs = 2 * endNs - 1_000_000;
        cadences.forEach(({ t0Ns, intervalNs }, at) => {
          const done = issued.filter(({ lane, dueNs }) => lane === at && dueNs <= surelyNs).length;
          expect(done).toBe(Math.floor((surelyNs - t0Ns) / intervalNs) + 1);
        });
      }),
    );
  });

  it('is not moved by a stall: one of ten seconds is caught up with within the same instant', () => {
    const time = new VirtualTime(() => 0);
    const dues: number[] = [];
    const scheduler = new Scheduler(time, [{ t0Ns: 0, intervalNs: 5_000_000, issue: (_op, dueNs) => dues.push(dueNs) }]);
    time.spend(10_000_000_000);
    scheduler.start();
    time.runUntil(10_000_000_000);
    expect(dues).toEqual(Array.from({ length: 2001 }, (_, op) => op * 5_000_000));
  });

  it('issues nothing after stop, not even within the batch that it was stopped in', () => {
    const time = new VirtualTime(() => 0);
    let issued = 0;
    const scheduler: Scheduler = new Scheduler(time, [
      {
        t0Ns: 0,
        intervalNs: 1_000_000,
        issue() {
          issued += 1;
          if (issued === 10) scheduler.stop();
        },
      },
    ]);
    time.spend(50_000_000);
    scheduler.start();
    time.runUntil(1_000_000_000);
    expect(issued).toBe(10);
  });
});
