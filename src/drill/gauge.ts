import type { Progress } from './api.ts';
import type { DrillContext } from './context.ts';

const gaugeMs = 250;
/** Asking who leads costs a query per member: less often than the rest. */
const primaryEvery = 4;

/** Tells whoever watches, a few times a second, how the drill is doing. For the eye only: nothing is decided by it. */
export function watchGauge(context: DrillContext, onProgress: (progress: Progress) => void): Disposable {
  let primary: string | null = null;
  let looks = 0;
  let busy = false;
  const look = async (): Promise<void> => {
    if (context.topology === null || context.tail.series.size === 0 || context.tail.ended) return;
    await context.tail.poll();
    if (looks++ % primaryEvery === 0) primary = (await context.topology.capabilities.primary?.()) ?? null;
    const nowNs = context.clock.nowNs();
    const refused = [...context.tail.series.values()]
      .filter(({ declared }) => declared.kind === 'probe' && declared.route === 'rw')
      .map((now) => now.refusedSinceNs);
    const since = refused.filter((ns) => ns !== null);
    onProgress({
      kind: 'gauge',
      phase: context.phase,
      primary,
      writesPerSecond: context.tail.writesPerSecond(nowNs),
      outageMs: since.length === 0 ? null : (nowNs - Math.min(...since)) / 1e6,
    });
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    look()
      .catch(() => undefined)
      .finally(() => (busy = false));
  }, gaugeMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
