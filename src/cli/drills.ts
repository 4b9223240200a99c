import type { DrillOutcome, RunDrillOptions } from '../drill/api.ts';
import { exitCodes } from '../base/errors.ts';
import { exitCodeOf, worstExitCode } from './exit.ts';
import type { View } from './live/view.ts';
import { stopSignals, type StopSignals } from './signals.ts';

/** How one scenario of a list ended: with an outcome, with an error that kept it from having one, or it never began. */
export type Ended = { file: string } & (
  { kind: 'outcome'; outcome: DrillOutcome } | { kind: 'error'; error: unknown } | { kind: 'not-run' }
);

export interface Drills {
  files: readonly string[];
  /** Runs one scenario: src/drill/run.ts, or a scripted one in tests. */
  runDrill: (options: RunDrillOptions) => Promise<DrillOutcome>;
  options: Omit<RunDrillOptions, 'scenarioFile' | 'stop' | 'releaseNow' | 'onProgress'>;
  openView: (title: string) => View;
  /** Called as each one ends, after its view was closed. */
  onEnd: (ended: Ended) => Promise<void>;
}

/** Runs scenarios one after the other. After an interrupt or an error of the harness the rest is not begun. */
export async function runDrills(drills: Drills): Promise<{ ended: Ended[]; exitCode: number }> {
  let view: View | null = null;
  using signals = stopSignals((text) => view?.notice(text));
  const ended: Ended[] = [];
  for (const file of drills.files) {
    if (signals.stop.aborted || ended.some(({ kind }) => kind === 'error')) {
      ended.push({ file, kind: 'not-run' });
      continue;
    }
    view = drills.openView(file);
    ended.push(await runOne(drills, file, signals, view));
    view.close();
    await drills.onEnd(ended.at(-1) as Ended);
  }
  return { ended, exitCode: worstExitCode(ended.map(codeOf)) };
}

async function runOne({ runDrill, options }: Drills, file: string, { stop, releaseNow }: StopSignals, view: View): Promise<Ended> {
  try {
    const onProgress: RunDrillOptions['onProgress'] = (progress) => view.progress(progress);
    return { file, kind: 'outcome', outcome: await runDrill({ ...options, scenarioFile: file, stop, releaseNow, onProgress }) };
  } catch (error) {
    return { file, kind: 'error', error };
  }
}

/** What was not begun does not count: whatever stopped the list has a code of its own. */
function codeOf(ended: Ended): number {
  if (ended.kind === 'outcome') return ended.outcome.exitCode;
  return ended.kind === 'error' ? exitCodeOf(ended.error) : exitCodes.pass;
}
