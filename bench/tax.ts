import { flagship, timedDrill } from './drill.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

const runs = 3;

/** What the harness itself costs: a drill's wall time, less the outage, less the waiting that the scenario asks for. */
export async function run(): Promise<BenchResult> {
  const taxes: number[] = [];
  const detail: BenchResult['detail'] = {};
  for (let index = 1; index <= runs; index++) {
    const { verdict, wallSeconds, rtoSeconds, askedSeconds } = await timedDrill(flagship);
    taxes.push(wallSeconds - rtoSeconds - askedSeconds);
    detail[`run ${index}`] =
      `wall ${wallSeconds.toFixed(1)} s, outage ${rtoSeconds.toFixed(1)} s, asked ${askedSeconds} s, verdict ${verdict}`;
  }
  const measured = median(taxes);
  return { name: 'harness tax, container-kill drill', target: 20, measured, unit: 's', met: measured <= 20, samples: runs, detail };
}
