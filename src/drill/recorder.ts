import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunClock } from '../base/clock.ts';
import { AppendLog } from '../history/append.ts';
import type { MonitorEvent } from '../history/observations.ts';

const windowMs = 1000;
/** The histogram counts the sampling timer's own interval too: it is taken off. */
const loopResolutionMs = 10;

/** Writes `history/monitor.jsonl`: what observers report, and once a second how the host and the harness themselves are doing. */
export class Recorder implements AsyncDisposable {
  readonly #log: AppendLog;
  readonly #clock: RunClock;
  readonly #delay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  readonly #timer: NodeJS.Timeout;
  #cpu = process.cpuUsage();

  private constructor(log: AppendLog, clock: RunClock) {
    this.#log = log;
    this.#clock = clock;
    this.#delay.enable();
    this.#timer = setInterval(() => this.#sampleSelf(), windowMs);
  }

  static async open(path: string, clock: RunClock): Promise<Recorder> {
    return new Recorder(await AppendLog.open(path), clock);
  }

  record(event: MonitorEvent): void {
    this.#log.append(event);
  }

  /** The first failure to write, if any: observations were lost. */
  get failed(): Error | null {
    return this.#log.failed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#delay.disable();
    await this.#log.close();
  }

  #sampleSelf(): void {
    const ms = (ns: number): number => Math.max(0, ns / 1e6 - loopResolutionMs);
    const atNs = this.#clock.nowNs();
    const used = process.cpuUsage(this.#cpu);
    this.#cpu = process.cpuUsage();
    this.record({
      type: 'lag',
      source: 'harness',
      atNs,
      windowNs: windowMs * 1e6,
      p50Ms: ms(this.#delay.percentile(50)),
      p99Ms: ms(this.#delay.percentile(99)),
      maxMs: ms(this.#delay.max),
      cpuMs: (used.user + used.system) / 1000,
    });
    this.#delay.reset();
    this.record({
      type: 'host',
      atNs,
      load1: loadavg()[0] ?? 0,
      cpuPressurePct: cpuPressurePct(),
      memoryAvailableMiB: memoryAvailableMiB(),
    });
  }
}

/** PSI `some avg10` in percent; null where the kernel does not keep it. */
function cpuPressurePct(): number | null {
  const text = readOr('/proc/pressure/cpu');
  const match = /^some avg10=([\d.]+)/m.exec(text);
  return match === null ? null : Number(match[1]);
}

function memoryAvailableMiB(): number {
  return Math.round(Number(/^MemAvailable:\s+(\d+) kB/m.exec(readOr('/proc/meminfo'))?.[1] ?? 0) / 1024);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
