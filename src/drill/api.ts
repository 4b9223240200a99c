import type { JournalEvent, Phase } from '../history/journal.ts';
import type { Verdict } from '../score/types.ts';

/** What a running drill tells whoever watches it. */
export type Progress =
  | { kind: 'journal'; event: JournalEvent }
  /** A few times a second while clients run. `outageMs`: how long writes on `rw` have been refused by now; null: they are accepted. */
  | { kind: 'gauge'; phase: Phase; primary: string | null; writesPerSecond: number; outageMs: number | null }
  /** One line for a person: "building image pgdrill/postgres:17-3fa9…". */
  | { kind: 'note'; text: string };

export interface RunDrillOptions {
  /** Path of the scenario file. */
  scenarioFile: string;
  /** Overrides the scenario's seed. */
  seed?: number;
  /** Where run folders go; default `reports/runs`. */
  runsDir?: string;
  /** Images of the user's own, per role; override the scenario's. */
  images?: Record<string, string>;
  /** First Ctrl-C: heal, score what there is, release. */
  stop?: AbortSignal;
  /** Second Ctrl-C: release now. */
  releaseNow?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Leave the containers running for a look by hand; `pgdrill clean` removes them once this process has ended. */
  keep?: boolean;
}

export interface DrillOutcome {
  verdict: Verdict;
  /** 0 pass, 1 fail, 3 inconclusive, 4 aborted by a guard, 130 interrupted. */
  exitCode: number;
  runId: string;
  runFolder: string;
  /** Reports written: `report.html`, `report.json`, `junit.xml`, `summary.md` (absolute paths). */
  files: { html: string; json: string; junit: string; markdown: string };
  /** What could not be released, one sentence each; empty when nothing was left behind. */
  leftBehind: string[];
}
