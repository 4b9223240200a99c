import { performance } from 'node:perf_hooks';
import { messageOf } from '../src/base/errors.ts';
import type { BenchResult } from './result.ts';

/** Each is loaded when it runs: what one needs is no concern of the others. */
const benches: Record<string, () => Promise<{ run: () => Promise<BenchResult> }>> = {
  boot: () => import('./boot.ts'),
  tax: () => import('./tax.ts'),
  'rto-error': () => import('./rto-error.ts'),
  parallel: () => import('./parallel.ts'),
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `npm run bench [-- name…]`: a line each to stderr, all as JSON to stdout. Exit code 1 when a target is missed. */
async function main(names: string[]): Promise<number> {
  const unknown = names.find((name) => !(name in benches));
  if (unknown !== undefined) {
    say(`there is no bench ${unknown}; there are: ${Object.keys(benches).join(', ')}`);
    return 2;
  }
  const results: (BenchResult & { wallSeconds: number })[] = [];
  for (const name of names.length === 0 ? Object.keys(benches) : names) {
    say(`${name} …`);
    const startedMs = performance.now();
    const bench = await benches[name]?.();
    if (bench === undefined) continue;
    const result = { ...(await bench.run()), wallSeconds: Math.round((performance.now() - startedMs) / 100) / 10 };
    results.push(result);
    say(
      `${result.met ? 'met   ' : 'MISSED'} ${result.name}: ${round(result.measured)} ${result.unit}, target ≤ ${result.target} (${result.samples} samples)`,
    );
    for (const [key, value] of Object.entries(result.detail)) say(`         ${key}: ${typeof value === 'number' ? round(value) : value}`);
  }
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ met }) => met) ? 0 : 1;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(messageOf(error));
    process.exit(2);
  },
);
