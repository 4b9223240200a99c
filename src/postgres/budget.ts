/** What is left of a budget that several steps share. */
export class Budget {
  readonly #deadlineMs: number;

  constructor(budgetMs: number) {
    this.#deadlineMs = performance.now() + budgetMs;
  }

  /** Milliseconds left, never negative; at most `cap` for a single step. */
  remainingMs(cap = Infinity): number {
    return Math.min(cap, Math.max(0, this.#deadlineMs - performance.now()));
  }

  get spent(): boolean {
    return this.remainingMs() === 0;
  }
}
