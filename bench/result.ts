/** What one bench measured, against what it is to reach. */
export interface BenchResult {
  name: string;
  /** The limit: `measured` is to be at or below it. */
  target: number;
  measured: number;
  /** Of both. */
  unit: string;
  /** Also false when a side condition named in `detail` is not met. */
  met: boolean;
  /** How many observations `measured` stands on. */
  samples: number;
  /** The figures behind it, with units in their names. */
  detail: Record<string, number | string | boolean>;
}
