/**
 * The run's clock: CLOCK_MONOTONIC (which one kernel shares between host and containers), counted in nanoseconds from
 * the run's epoch. Relative values stay exact as JavaScript numbers for 104 days.
 */
export class RunClock {
  /** CLOCK_MONOTONIC at the epoch, ns. A string in files, as it may exceed 2^53. */
  readonly epochNs: bigint;
  /** Wall clock (Unix ms) at the epoch: places timestamps of server logs on the run's axis. */
  readonly epochWallMs: number;

  constructor(epochNs: bigint = process.hrtime.bigint(), epochWallMs: number = Date.now()) {
    this.epochNs = epochNs;
    this.epochWallMs = epochWallMs;
  }

  /** Nanoseconds since the epoch. */
  nowNs(): number {
    return Number(process.hrtime.bigint() - this.epochNs);
  }

  /** Where a wall-clock instant (Unix ms) lies on the run's axis, ns. Exact to the drift of the wall clock during the run. */
  fromWallMs(unixMs: number): number {
    return Math.round((unixMs - this.epochWallMs) * 1e6);
  }
}
