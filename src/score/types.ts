/** What a drill measured. All durations here are seconds (the unit of RTO and RPO); instants are ns on the run's axis. */

/** One unbroken stretch in which a series was refused: from its first refused slot until the run of accepted ones. */
export interface Outage {
  /** What it is counted after: `fault` took hold, or the heal of `fault` began; the last such event before it. */
  after: 'fault' | 'heal';
  fault: string;
  /** When that event took effect. */
  originNs: number;
  firstRefusedNs: number;
  lastRefusedNs: number;
  /** Null: it reached the end of the observation. */
  recoveredNs: number | null;
}

/** RTO of one route, measured by one series. */
export interface RtoResult {
  route: string;
  series: string;
  /**
   * The outage: from the fault's confirmed effect until writes (reads) were let through again, for good (docs/measuring.md).
   * Null: no outage was seen.
   */
  seconds: number | null;
  /** The interval it lies in: [due time of the last refused slot, acknowledgement of the first accepted], from `startNs`. */
  lower: number;
  upper: number;
  /** The outage reached the end of the observation: it lasted at least `lower`. */
  censored: boolean;
  /** Sum of refused time over all outages between fault and end of observation. */
  refusedSeconds: number;
  /** Separate outages after the fault; 1 is a clean failover. */
  flaps: number;
  /** The fault's effect; for an outage that came only after service had outlasted the fault, its first refused slot. */
  startNs: number;
  firstRefusedNs: number | null;
  lastRefusedNs: number | null;
  recoveredNs: number | null;
  /** Every outage since the first fault, in order; the figures above are those of the worst. */
  outages: Outage[];
  /** Operations behind the figure. */
  slots: { total: number; refused: number; accepted: number };
}

/** One edge of the outage's critical path. `restart` takes the place of election and promotion where the same server came back. */
export interface OutageEdge {
  edge: 'detection' | 'election' | 'promotion' | 'restart' | 'routing' | 'first-write' | 'unexplained';
  fromNs: number;
  toNs: number;
  seconds: number;
  /** Where the instant it ends at comes from: 'dcs: leader key expired', 'client: first acknowledged write'. Null for unexplained. */
  source: string | null;
  detail: string;
}

export interface RpoResult {
  /** Acknowledged and missing at the end. Null: the final state could not be read. */
  transactions: number | null;
  /** Time from the first to the last lost acknowledgement, plus one mean interval: seconds of commits lost. */
  seconds: number | null;
  /** Bytes of WAL on the old timeline past the fork; null: not known, `bytesMethod` says why. */
  bytes: number | null;
  bytesMethod: string;
  /** Operations whose outcome is unknown: never counted as lost. Of these, `indeterminatePresent` are there at the end. */
  indeterminate: number;
  indeterminatePresent: number;
  /** Acknowledged with "canceling wait for synchronous replication": committed locally only. */
  notDurable: number;
  /** Acknowledged write operations that were compared. */
  acknowledged: number;
  /** By series: lost op numbers, ascending. */
  lost: Record<string, number[]>;
  /** Rows that were surely refused (`fail`) and are there all the same: a defect of the classification, or of the server. */
  resurrected: Record<string, number[]>;
}

export interface Recovery {
  /** From the fault until the last client series was served again; null: never, or no outage. */
  lastClientSeconds: number | null;
  /** Until acknowledged throughput (ledger) was within the scenario's share of the baseline, and stayed. */
  throughputBackSeconds: number | null;
  baselineThroughputPerSecond: number | null;
  /** Until every member streamed again. */
  redundancyWholeSeconds: number | null;
}

export interface Scores {
  /** By route; for a route with several series the worst is the route's. `all` holds every series. */
  rto: Record<string, RtoResult>;
  all: RtoResult[];
  outage: OutageEdge[];
  rpo: RpoResult;
  recovery: Recovery;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'aborted';

/** One objective, measured. `met` null: it could not be measured. */
export interface ObjectiveResult {
  name: string;
  /** `rto.rw`, `rpo.transactions`, `redundancy`, `failover`. */
  limit: number | string;
  unit: string;
  measured: number | string | null;
  met: boolean | null;
  /** Where the limit comes from: `scenario`, `tier 1`. */
  from: string;
  note: string;
}
