import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunClock } from '../../../src/base/clock.ts';
import { parseHaproxyLog, parseServerLog } from '../../../src/postgres/logs.ts';

/** Logs of real programs, as the engine gave them; lines of no interest thinned out. */
const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}.log.txt`, import.meta.url), 'utf8');
const clock = new RunClock(0n, Date.parse('2026-11-21T10:30:00Z'));
const steps = (log: string): string[] =>
  parseServerLog(log, { node: 'pg1', clock }).map(
    ({ atNs, program, what, timeline }) => `${(atNs / 1e9).toFixed(3)} ${program} ${what}${timeline === undefined ? '' : ` ${timeline}`}`,
  );

describe('the log of a member', () => {
  test('PostgreSQL 15 under Patroni 3: a cancelled wait, a crashed backend, a switchover, a new primary', () => {
    expect(steps(fixture('postgresql-15-patroni-3'))).toMatchInlineSnapshot(`
      [
        "240.124 postgres starting",
        "240.143 postgres ready-read-only",
        "240.326 patroni lock-acquired",
        "240.328 postgres promote-requested",
        "240.331 postgres timeline-selected 2",
        "240.365 postgres ready",
        "244.694 postgres sync-wait-cancelled",
        "245.477 postgres crashed",
        "245.686 postgres ready",
        "248.094 patroni demoted",
        "248.507 postgres shut-down",
        "251.648 postgres starting",
        "251.661 postgres ready-read-only",
        "256.698 postgres streaming 3",
        "290.740 postgres streaming 3",
        "291.198 postgres streaming 4",
      ]
    `);
  });

  test('PostgreSQL 17 under Patroni 4: promotion, crash, rewind', () => {
    expect(steps(fixture('postgresql-17-patroni-4'))).toMatchInlineSnapshot(`
      [
        "-1888.625 postgres starting",
        "-1888.615 postgres ready-read-only",
        "-1881.896 postgres streaming 2",
        "-1529.918 patroni lock-acquired",
        "-1529.873 postgres promote-requested",
        "-1529.870 postgres timeline-selected 3",
        "-1529.835 postgres ready",
        "-1488.330 patroni rewound",
        "-1488.054 postgres starting",
        "-1487.962 postgres ready-read-only",
        "-1487.954 postgres streaming 4",
        "-1478.188 postgres streaming 4",
        "-1475.579 postgres streaming 5",
      ]
    `);
  });

  test('PostgreSQL 18 under Patroni 4: a crashed backend goes by another name', () => {
    expect(steps(fixture('postgresql-18-patroni-4'))).toMatchInlineSnapshot(`
      [
        "240.146 postgres starting",
        "240.165 postgres ready-read-only",
        "240.398 patroni lock-acquired",
        "240.400 postgres promote-requested",
        "240.402 postgres timeline-selected 2",
        "240.437 postgres ready",
        "243.722 postgres sync-wait-cancelled",
        "244.447 postgres crashed",
        "244.670 postgres ready",
        "250.658 patroni demoted",
        "250.775 postgres shut-down",
        "254.324 postgres starting",
        "254.358 postgres ready-read-only",
        "254.380 postgres streaming 2",
        "254.437 postgres streaming 3",
        "277.926 patroni lock-acquired",
        "278.021 postgres promote-requested",
        "282.949 postgres timeline-selected 4",
        "283.074 postgres ready",
      ]
    `);
  });

  test('a step has its own time in milliseconds, not that at which the engine took the line', () => {
    const log = '2026-11-21T10:30:01.999999999Z 2026-11-21 10:30:01.250 UTC [7] LOG:  received promote request\n';
    expect(parseServerLog(log, { node: 'pg1', clock })).toEqual([
      { type: 'log', atNs: 1_250_000_000, node: 'pg1', program: 'postgres', what: 'promote-requested', text: 'received promote request' },
    ]);
  });

  test('a time in another zone than UTC is not believed', () => {
    const log = '2026-11-21T10:30:01.500000000Z 2026-11-21 11:30:01.250 CET [7] LOG:  received promote request\n';
    expect(parseServerLog(log, { node: 'pg1', clock })[0]?.atNs).toBe(1_500_000_000);
  });

  test('words of a client are no step', () => {
    const said =
      "2026-11-21T10:30:01.5Z 2026-11-21 10:30:01.250 UTC [7] drill@drill LOG:  statement: select 'database system is shut down'";
    const told = '2026-11-21T10:30:01.5Z 2026-11-21 10:30:01.250 UTC [7] drill@drill ERROR:  received promote request';
    expect(steps(`${said}\n${told}\n2026-11-21T10:30:01.5Z \tdatabase system is shut down`)).toEqual([]);
  });

  test('neither noise nor the order of the lines changes what is found', () => {
    const lines = fixture('postgresql-17-patroni-4').split('\n');
    const expected = steps(lines.join('\n'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(lines.length), fc.string())), fc.boolean(), (noise, reversed) => {
        const noisy = [...lines];
        for (const [at, text] of noise) noisy.splice(at, 0, text.replaceAll(/[\r\n]/g, ''));
        expect(steps((reversed ? noisy.toReversed() : noisy).join('\n')).toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 30 },
    );
  });
});

test('PgBouncer: up, and each of its ways down', () => {
  expect(steps(fixture('pgbouncer'))).toEqual(['238.165 pgbouncer ready']);
  const ends = [
    'got SIGINT, shutting down, waiting for all servers connections to be released',
    'got SIGTERM, shutting down, waiting for all clients disconnect',
    'got SIGQUIT, fast exit',
  ];
  for (const end of ends) {
    const log = `2026-11-21T10:30:01.5Z 2026-11-21 10:30:01.250 UTC [7] LOG ${end}`;
    expect(steps(log)).toEqual(['1.250 pgbouncer shut-down']);
  }
});

describe('the log of HAProxy', () => {
  const turns = (log: string) => parseHaproxyLog(log, { router: 'router1', clock });

  test('tells each change of mind once, with its reason', () => {
    const told = turns(fixture('haproxy')).map(
      ({ atNs, route, server, up, reason }) => `${(atNs / 1e9).toFixed(3)} ${route}/${server} ${up ? 'UP' : 'DOWN'}: ${reason}`,
    );
    expect(told).toMatchInlineSnapshot(`
      [
        "237.384 rw/pg1 DOWN: Layer4 connection problem",
        "237.622 rw/pg2 DOWN: Layer4 connection problem",
        "237.902 ro/pg1 DOWN: Layer4 connection problem",
        "238.122 ro/pg2 DOWN: Layer4 connection problem",
        "239.892 ro/pg1 UP: Layer7 check passed, code: 200",
        "240.632 rw/pg2 UP: Layer7 check passed, code: 200",
        "252.855 rw/pg1 UP: Layer7 check passed, code: 200",
        "253.764 rw/pg2 DOWN: Layer7 wrong status, code: 503",
        "254.855 ro/pg1 DOWN: Layer7 wrong status, code: 503",
        "255.220 ro/pg2 UP: Layer7 check passed, code: 200",
        "259.955 rw/pg1 DOWN: Layer4 connection problem",
        "278.172 rw/pg2 UP: Layer7 check passed, code: 200",
        "285.855 ro/pg2 DOWN: Layer7 wrong status, code: 503",
        "292.957 ro/pg1 UP: Layer7 check passed, code: 200",
      ]
    `);
  });

  test('a server alternates between UP and DOWN, however often a line is repeated', () => {
    const lines = fixture('haproxy').split('\n');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: lines.length, maxLength: lines.length }), (times) => {
        const repeated = lines.flatMap((line, index) => Array.from({ length: times[index] ?? 1 }, () => line));
        expect(turns(repeated.join('\n'))).toEqual(turns(lines.join('\n')));
      }),
      { numRuns: 30 },
    );
  });
});
