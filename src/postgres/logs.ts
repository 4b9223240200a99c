import type { RunClock } from '../base/clock.ts';
import type { RouteEvent, ServerLogEvent } from '../history/observations.ts';
import { eventMs, logLines } from './log-line.ts';

type What = ServerLogEvent['what'];
type Program = ServerLogEvent['program'];

interface Rule {
  what: What;
  line: RegExp;
}

/**
 * How programs begin their lines: their own time, their severity, and the message. PostgreSQL with a log_line_prefix that
 * begins `%m [%p] ` (15 to 18); Patroni (3, 4) and PgBouncer as they come.
 */
const forms: { program: Program; line: RegExp }[] = [
  { program: 'postgres', line: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \S+ \[\d+\](?: \S+)? (LOG|WARNING|FATAL|PANIC): {2}(.*)$/ },
  { program: 'pgbouncer', line: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \S+ \[\d+\] (LOG|WARNING|FATAL) (.*)$/ },
  { program: 'patroni', line: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (INFO|WARNING|ERROR): (.*)$/ },
];

/** The lines that mark a step, by program; the first group, where there is one, is a timeline. */
const rules: Partial<Record<Program, Rule[]>> = {
  postgres: [
    // "server process" before 18, "client backend" since; auxiliary processes by their names.
    { what: 'crashed', line: /^.+ \(PID \d+\) was terminated by signal \d+/ },
    { what: 'shut-down', line: /^database system is shut down$/ },
    { what: 'starting', line: /^starting PostgreSQL \d/ },
    { what: 'promote-requested', line: /^received promote request$/ },
    { what: 'timeline-selected', line: /^selected new timeline ID: (\d+)$/ },
    { what: 'ready', line: /^database system is ready to accept connections$/ },
    { what: 'ready-read-only', line: /^database system is ready to accept read-only connections$/ },
    { what: 'streaming', line: /^(?:started streaming WAL from primary|restarted WAL streaming) at \S+ on timeline (\d+)$/ },
    { what: 'sync-wait-cancelled', line: /^canceling (?:the )?wait for synchronous replication/ },
  ],
  patroni: [
    { what: 'lock-acquired', line: /^promoted self to (?:leader|a standby leader) by acquiring session lock$/ },
    // A primary that found the key free while it ran takes it without a promotion.
    { what: 'lock-acquired', line: /^acquired session lock as a (?:standby )?leader$/ },
    // Said by every way of demoting, once, before the server is stopped.
    { what: 'demoted', line: /^Demoting self \(/ },
    { what: 'rewound', line: /^pg_rewind exit code=0$/ },
  ],
  pgbouncer: [
    { what: 'ready', line: /^process up: PgBouncer/ },
    { what: 'shut-down', line: /^got SIG(?:INT|TERM|QUIT), / },
  ],
};

/** Finds the lines that mark steps of a failover in one container's log, whichever of the known programs wrote them; in order of their own times. Pure. */
export function parseServerLog(log: string, of: { node: string; clock: RunClock }): ServerLogEvent[] {
  const events: ServerLogEvent[] = [];
  for (const line of logLines(log)) {
    for (const form of forms) {
      const [, own, , message] = form.line.exec(line.text) ?? [];
      if (message === undefined) continue;
      const rule = rules[form.program]?.find((candidate) => candidate.line.test(message));
      if (rule === undefined) continue;
      const timeline = rule.line.exec(message)?.[1];
      events.push({
        type: 'log',
        atNs: of.clock.fromWallMs(eventMs(line, own)),
        node: of.node,
        program: form.program,
        what: rule.what,
        ...(timeline === undefined ? {} : { timeline: Number(timeline) }),
        text: message,
      });
    }
  }
  return events.toSorted((a, b) => a.atNs - b.atNs);
}

const haproxyTurn = /\bServer ([^/\s]+)\/(\S+) is (UP|DOWN)(?:, reason: ([^,]+(?:, code: \d+)?))?/;

/** HAProxy's changes of mind about its servers: it says each twice (as a warning and as a log message), here once. Pure. */
export function parseHaproxyLog(log: string, of: { router: string; clock: RunClock }): RouteEvent[] {
  const events: RouteEvent[] = [];
  const last = new Map<string, boolean>();
  for (const line of logLines(log)) {
    const [, route, server, state, reason] = haproxyTurn.exec(line.text) ?? [];
    if (route === undefined || server === undefined) continue;
    const up = state === 'UP';
    if (last.get(`${route}/${server}`) === up) continue;
    last.set(`${route}/${server}`, up);
    const atNs = of.clock.fromWallMs(line.engineMs);
    events.push({ type: 'route', atNs, route, router: of.router, server, up, ...(reason === undefined ? {} : { reason }) });
  }
  return events;
}
