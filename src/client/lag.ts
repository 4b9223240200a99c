import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LagEvent } from '../history/operations.ts';

/** Spacing of the samples, ms. The histogram holds the time between two of them, so this much of each is no delay. */
const resolutionMs = 5;
const windowMs = 1000;

/** Reports the process's event-loop delay and CPU time once a second, until the function returned is called. */
export function watchLag(source: string, nowNs: () => number, report: (event: LagEvent) => void): () => void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  let startNs = nowNs();
  let cpu = process.cpuUsage();
  const beyondResolution = (delayNs: number) => Math.max(0, Math.round(delayNs / 1e3) / 1e3 - resolutionMs);

  function close(): void {
    const atNs = nowNs();
    const used = process.cpuUsage(cpu);
    report({
      type: 'lag',
      source,
      atNs,
      windowNs: atNs - startNs,
      p50Ms: beyondResolution(histogram.percentile(50)),
      p99Ms: beyondResolution(histogram.percentile(99)),
      maxMs: beyondResolution(histogram.max),
      cpuMs: (used.user + used.system) / 1e3,
    });
    histogram.reset();
    cpu = process.cpuUsage();
    startNs = atNs;
  }

  histogram.enable();
  const timer = setInterval(close, windowMs);
  return () => {
    clearInterval(timer);
    histogram.disable();
  };
}
