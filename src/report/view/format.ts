/** How figures are written for people. A missing figure is a dash, never a zero. */
const missing = '–';
const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const kibi = 1024;

/** `1 234.5` with narrow spaces that do not break, so that no one takes a comma for a decimal point. */
export function number(value: number | null): string {
  return value === null ? missing : grouped.format(value).replaceAll(',', '\u202f');
}

/** `19.85 s`, `2 min 05 s`: a duration; seconds to 10 ms, as finer would pretend. */
export function seconds(value: number | null): string {
  if (value === null) return missing;
  if (Math.abs(value) < 99.995) return `${value.toFixed(2)} s`;
  const whole = Math.round(Math.abs(value));
  return `${value < 0 ? '−' : ''}${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `+19.85 s`, `−5.00 s`: an instant counted from time zero. */
export function instant(value: number | null): string {
  if (value === null) return missing;
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)} s`;
}

/** `3.4 ms`, `1.20 s`. */
export function milliseconds(value: number | null): string {
  if (value === null) return missing;
  return value < 1000 ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** `432 B`, `1.2 MiB`. */
export function bytes(value: number | null): string {
  if (value === null) return missing;
  if (value < kibi) return `${value} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length, Math.floor(Math.log(value) / Math.log(kibi)));
  return `${(value / kibi ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `1 row`, `3 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** `[19.80, 19.85] s`, or `≥ 58.20 s` where the end was not seen. */
export function interval(rto: { lower: number; upper: number | null; censored: boolean }): string {
  if (rto.censored || rto.upper === null) return `≥ ${seconds(rto.lower)}`;
  return `${rto.lower.toFixed(2)} – ${rto.upper.toFixed(2)} s`;
}

/** An objective's limit or measured value, with its unit. */
export function quantity(value: number | string | null, unit: string): string {
  if (value === null) return missing;
  if (typeof value === 'string') return value;
  if (unit === 's' || unit === 'seconds') return seconds(value);
  if (unit === 'bytes' || unit === 'B') return bytes(value);
  return unit === '' ? number(value) : `${number(value)} ${unit}`;
}

/** What was measured for an objective. No outage is a finding, and the best one: not a missing figure. */
export function measured(objective: { name: string; measured: number | string | null; met: boolean | null; unit: string }): string {
  if (objective.measured === null && objective.met === true && objective.name.startsWith('rto.')) return 'no outage';
  return quantity(objective.measured, objective.unit);
}

/** Any parameter value on one line. */
export function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Ascending numbers as ranges: `17–33, 40`. */
export function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const value of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && value === last[1] + 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}
