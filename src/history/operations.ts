/**
 * The history of a drill: what clients did and what observers saw, one JSON object a line.
 *
 * Every `…Ns` is nanoseconds on the run's monotonic clock, counted from the run's epoch (see base/clock.ts).
 */

/** `ok` acknowledged; `fail` surely not applied; `info` unknown (a connection lost during COMMIT). */
export type Outcome = 'ok' | 'fail' | 'info';

/** What a series does to the database. */
export type SeriesKind =
  | 'probe' // senses availability: one write or one read per slot
  | 'ledger' // appends rows that are never changed: counts what was lost
  | 'bank'; // moves money between accounts: the sum is the invariant

/** One series of operations of one client, declared before its first operation. */
export interface SeriesEvent {
  type: 'series';
  series: string;
  kind: SeriesKind;
  /** `rw`, `ro`, or `member:<node>` for a node asked directly. */
  route: string;
  access: 'write' | 'read';
  /** `new`: a connection per operation; `persistent`: a pool of `connections` that is kept. */
  connection: 'persistent' | 'new';
  connections: number;
  /** Slot k is due at t0 + k·intervalNs. */
  t0Ns: number;
  intervalNs: number;
  /** An operation that has not answered this long after its due time is cut off and is no longer `ok`. */
  deadlineNs: number;
}

/** An operation is about to be sent. Written before the first byte leaves, so that an operation without an end is `info`. */
export interface InvokeEvent {
  type: 'invoke';
  series: string;
  /** Slot number in the series, from 0. With `series` it is the key of the row that a write leaves. */
  op: number;
  dueNs: number;
  startNs: number;
}

/** How an operation ended. A slot that had no connection has an end (`fail`, code `no-connection`) without an invoke. */
export interface CompleteEvent {
  type: 'complete';
  series: string;
  op: number;
  dueNs: number;
  /** When the first byte left; equals dueNs where the slot never started. */
  startNs: number;
  endNs: number;
  outcome: Outcome;
  error?: OperationError;
  value?: OperationValue;
}

export interface OperationError {
  /** SQLSTATE where the server answered (`25006`), else a code of ours: `no-connection`, `deadline`, or the socket's (`ECONNREFUSED`, `ECONNRESET`). */
  code: string;
  message: string;
}

/** What the server said of itself in the answer. */
export interface OperationValue {
  /** Address of the server that answered (inet_server_addr). */
  server?: string;
  /** Timeline the server was writing (writes) or had replayed (reads). */
  timeline?: number;
  /** WAL insert position after a write, or replay position of a read: `0/3000060`. */
  lsn?: string;
  /** Reads: whether the server was in recovery, and the age of the newest replayed commit, ms. */
  inRecovery?: boolean;
  replayAgeMs?: number;
  /** False when the server acknowledged with "canceling wait for synchronous replication": committed locally only. */
  durable?: boolean;
}

/** A persistent connection of a series came or went. Reconnecting is never silent. */
export interface ConnectionEvent {
  type: 'connection';
  series: string;
  atNs: number;
  state: 'connected' | 'lost' | 'refused';
  error?: OperationError;
}

/** Health of the measuring program itself over one window (1 s): if it lags, its figures are not to be trusted. */
export interface LagEvent {
  type: 'lag';
  /** `client` or `harness`. */
  source: string;
  atNs: number;
  windowNs: number;
  /** Event-loop delay beyond the timer's resolution, ms. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** CPU time used by the process in the window, ms. */
  cpuMs: number;
}

/** First line and last line of a client's history. Without `client-end` the client was cut off. */
export interface ClientStartEvent {
  type: 'client-start';
  client: string;
  zone: string;
  atNs: number;
  /** The epoch the client counts from: CLOCK_MONOTONIC ns, decimal. */
  epochNs: string;
  bootId: string;
}
export interface ClientEndEvent {
  type: 'client-end';
  client: string;
  atNs: number;
  reason: 'stopped' | 'signal' | 'history-write-failed';
}

export type ClientEvent = ClientStartEvent | SeriesEvent | InvokeEvent | CompleteEvent | ConnectionEvent | LagEvent | ClientEndEvent;
