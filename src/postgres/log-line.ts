/** One line of a container's log: when the engine took it (Unix ms), and what the program wrote. */
export interface LogLine {
  engineMs: number;
  text: string;
}

/** The engine's RFC 3339 stamp with nanoseconds, and the line. */
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d) (.*)$/;

/** A program's own stamp may differ from the engine's by what it buffers, not by more: then it is in another time zone. */
const believableMs = 10_000;

/** The lines of a log as `ContainerHandle.logs()` gives it; what has no stamp (a line cut by the engine) is left out. */
export function* logLines(log: string): Generator<LogLine> {
  for (const line of log.split('\n')) {
    const match = stamped.exec(line.trimEnd());
    if (match === null) continue;
    const [, second, fraction, zone, text] = match;
    yield { engineMs: Date.parse(`${second}${zone}`) + Number(fraction ?? 0) * 1000, text: text ?? '' };
  }
}

/** The line's own time where it bears one in UTC (`2026-11-21 10:04:30.130` or with a comma), else the engine's. Unix ms. */
export function eventMs(line: LogLine, own: string | undefined): number {
  if (own === undefined) return line.engineMs;
  const ms = Date.parse(`${own.replace(' ', 'T').replace(',', '.')}Z`);
  return Math.abs(ms - line.engineMs) < believableMs ? ms : line.engineMs;
}
