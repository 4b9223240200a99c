/**
 * A program for signals.test.ts: runs a list of drills that end only when they are told to, and says on stdout what each
 * of them was told. `argv[2]`: `obedient` ends at the first signal, `stubborn` at the second, `deaf` never.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDrills } from '../../../src/cli/drills.ts';
import { openView } from '../../../src/cli/live.ts';
import type { DrillOutcome, RunDrillOptions } from '../../../src/drill/api.ts';

const manner = process.argv[2];
const say = (word: string): void => void process.stdout.write(`${word}\n`);

async function scriptedDrill({ scenarioFile, stop, releaseNow }: RunDrillOptions): Promise<DrillOutcome> {
  say(`began ${scenarioFile}`);
  // Keeps the process alive, as containers and sockets would.
  using _alive = disposable(setInterval(() => undefined, 1000));
  await fired(stop);
  say('stop');
  if (manner !== 'obedient') await fired(releaseNow);
  if (manner !== 'obedient') say('releaseNow');
  if (manner === 'deaf') await sleep(60_000);
  const files = { html: 'report.html', json: 'report.json', junit: 'junit.xml', markdown: 'summary.md' };
  return { verdict: 'inconclusive', exitCode: 130, runId: 'r', runFolder: '.', files, leftBehind: [] };
}

async function fired(signal: AbortSignal | undefined): Promise<void> {
  if (signal !== undefined && !signal.aborted) await once(signal, 'abort');
}

function disposable(timer: NodeJS.Timeout): Disposable {
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const { ended, exitCode } = await runDrills({
  files: ['first.yaml', 'second.yaml'],
  runDrill: scriptedDrill,
  options: {},
  openView: (title) => openView(title),
  onEnd: async () => undefined,
});
say(`ended ${ended.map(({ kind }) => kind).join(' ')}`);
process.exitCode = exitCode;
