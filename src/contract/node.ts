/** What a fault or a topology may do with the machines it was given. Implemented by runtime/. */

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface ContainerState {
  running: boolean;
  paused: boolean;
  exitCode: number | null;
  /** As the engine dates it, Unix ms; null while running (finished) or never started. */
  startedAtMs: number | null;
  finishedAtMs: number | null;
}

/** One container. Every call is bounded in time and throws DrillError when the engine refuses. */
export interface ContainerHandle {
  readonly name: string;
  readonly id: string;
  /** Runs a command inside; a non-zero exit is a result, not an exception. Default budget 10 s. */
  exec(argv: string[], options?: { user?: string; budgetMs?: number }): Promise<ExecResult>;
  /** Sends a signal to process 1 through the engine. */
  kill(signal: string): Promise<void>;
  /** Starts it again after it died. No-op when it runs. */
  start(): Promise<void>;
  state(): Promise<ContainerState>;
  /** All of its output so far, each line preceded by the engine's RFC 3339 timestamp. */
  logs(): Promise<string>;
}

/** One simulated host. */
export interface NodeHandle {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  /** IPv4 address on the run's network. It never changes while the run lives: the sandbox is never restarted. */
  readonly address: string;
  /** Owns the network namespace; runs the tools image with NET_ADMIN; survives every fault on workloads. */
  readonly sandbox: ContainerHandle;
  /** By the name they have in the plan, in plan order. */
  readonly workloads: ReadonlyMap<string, ContainerHandle>;
  /** Addresses that a fault must leave reachable: the harness's control path. */
  readonly controlAddresses: readonly string[];
  /** Runs a one-off command in the image of a workload with its volumes mounted, whether or not the workload runs. */
  runBeside(workload: string, argv: string[], options?: { user?: string; budgetMs?: number }): Promise<ExecResult>;
}
