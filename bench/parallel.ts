import { performance } from 'node:perf_hooks';
import { flagship, timedDrill, type Timed } from './drill.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

const atOnce = 4;
/** Each RTO lies this near to its solo value. */
const rtoWithin = 0.1;

/** Four drills at once against the same four one after the other: wall time, and what company does to the figures. */
export async function run(): Promise<BenchResult> {
  const solo: Timed[] = [];
  for (let index = 0; index < atOnce; index++) solo.push(await timedDrill(flagship));
  const startedMs = performance.now();
  const together = await Promise.all(Array.from({ length: atOnce }, () => timedDrill(flagship)));
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const sumSeconds = solo.reduce((sum, { wallSeconds: wall }) => sum + wall, 0);
  const soloRto = median(solo.map(({ rtoSeconds }) => rtoSeconds));
  const worst = Math.max(...together.map(({ rtoSeconds }) => Math.abs(rtoSeconds - soloRto) / soloRto));
  const measured = wallSeconds / sumSeconds;
  return {
    name: 'four drills at once, wall time against their sum',
    target: 0.4,
    measured,
    unit: 'of the sum',
    met: measured <= 0.4 && worst <= rtoWithin,
    samples: atOnce,
    detail: {
      'solo RTO, s': solo.map(({ rtoSeconds }) => rtoSeconds.toFixed(2)).join(', '),
      'RTO together, s': together.map(({ rtoSeconds }) => rtoSeconds.toFixed(2)).join(', '),
      'worst deviation from the solo median': worst,
      'deviation allowed': rtoWithin,
      'wall together, s': wallSeconds,
      'sum of solo walls, s': sumSeconds,
      ...told('solo', solo),
      ...told('together', together),
    },
  };
}

/** The verdicts, and why those that are not `pass` are not. */
function told(how: string, drills: Timed[]): Record<string, string> {
  const reasons = drills.flatMap((drill) => drill.reasons);
  return {
    [`verdicts ${how}`]: drills.map(({ verdict }) => verdict).join(', '),
    ...(reasons.length === 0 ? {} : { [`reasons ${how}`]: [...new Set(reasons)].join(' ') }),
  };
}
