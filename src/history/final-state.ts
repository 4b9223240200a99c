/**
 * The captured final state (`history/final.json`): what was true of the database when the drill had converged,
 * in enough detail that every check can be judged again without the containers.
 */
export interface FinalState {
  capturedNs: number;
  /** The one member that takes writes; null when none, or more than one, does. */
  primary: string | null;
  /** What made the capture incomplete, one sentence each, opening with the part: `amcheck on pg2: …`. Empty: all there. */
  gaps: string[];
  members: MemberFinal[];
  /** Rows present on the primary, per series: the op numbers as inclusive ranges. Null: the rows could not be read. */
  rows: Record<string, OpRanges> | null;
  sequences: SequenceFinal[];
  bank: { accounts: number; expectedTotal: number; total: number } | null;
  amcheck: AmcheckFinal[];
  routes: RouteFinal[];
}

/** Inclusive ranges of op numbers, ascending and disjoint: [[0, 41], [44, 99]]. */
export type OpRanges = [first: number, last: number][];

export interface MemberFinal {
  member: string;
  address: string;
  sql: {
    inRecovery: boolean;
    timeline: number;
    /** Primary: insert position; standby: replay position. */
    lsn: string;
    receiveLsn?: string;
    /** Whether replay advanced past a marker that the primary wrote during the capture. Null on the primary. */
    replayAdvanced: boolean | null;
    /** Standbys: state of the WAL receiver and where it streams from. */
    walReceiver?: { status: string; upstream: string; timeline: number };
    systemIdentifier: string;
    /** Since the server's statistics were last reset (a crash resets them). Null: data checksums are off. */
    checksumFailures: number | null;
  } | null;
  sqlError?: string;
  agent: { role: string; state: string; timeline?: number; pendingRestart?: boolean } | null;
  agentError?: string;
  /** The timeline history as the server has it, oldest first: timeline ended at switchLsn, and why. */
  timelineHistory: { timeline: number; switchLsn: string; reason: string }[];
}

/** What the capture is made of: the word that a gap opens with. */
export type FinalPart = 'member' | 'agent' | 'history' | 'marker' | 'rows' | 'sequences' | 'bank' | 'amcheck' | 'routes';

export interface SequenceFinal {
  sequence: string;
  column: string;
  /** The value that nextval would give. */
  nextValue: number;
  maxValue: number | null;
}

export interface AmcheckFinal {
  member: string;
  index: string;
  heapAllIndexed: boolean;
  /** Null: clean. */
  error: string | null;
}

export interface RouteFinal {
  route: string;
  /** Address of the server that a new connection reached; null: none. */
  server: string | null;
  inRecovery: boolean | null;
  replayAgeMs: number | null;
  error?: string;
}

/** What an old primary held beyond the fork, captured before anything was rewound. */
export interface Divergence {
  member: string;
  atNs: number;
  /** The timeline it was on, and the end of its valid WAL. */
  timeline: number;
  endLsn: string;
  /** Commit records after `sinceLsn`, oldest first. Transaction ids, end positions and commit times (ISO). */
  commits: { xid: number; lsn: string; at: string }[];
  /** The position the commits are listed from; the fork is found later, and later than this. */
  sinceLsn: string;
  method: string;
}
