import type { ReportInput } from '../../../src/report/model.ts';
import type { ObjectiveResult, RtoResult, Scores } from '../../../src/score/types.ts';
import { second } from '../../support/synthetic-run.ts';

/** What scoring and checks would say of a run: written by hand, so that the report's tests stand on their own. */
type Check = ReportInput['checks'][number];

export function rto(series: string, route: string, seconds: number | null, options: Partial<RtoResult> = {}): RtoResult {
  const startNs = 15.1 * second;
  const recoveredNs = seconds === null ? null : startNs + seconds * second;
  const outage = {
    after: 'fault',
    fault: '1-container-kill',
    originNs: startNs,
    firstRefusedNs: startNs + 5e7,
    lastRefusedNs: (recoveredNs ?? startNs) - 5e7,
    recoveredNs,
  } as const;
  return {
    route,
    series,
    seconds,
    lower: seconds === null ? 0 : seconds - 0.05,
    upper: seconds ?? 0,
    censored: false,
    refusedSeconds: seconds ?? 0,
    flaps: seconds === null ? 0 : 1,
    startNs,
    firstRefusedNs: seconds === null ? null : outage.firstRefusedNs,
    lastRefusedNs: seconds === null ? null : outage.lastRefusedNs,
    recoveredNs,
    outages: seconds === null ? [] : [outage],
    slots: { total: 560, refused: Math.round((seconds ?? 0) * 20), accepted: 560 - Math.round((seconds ?? 0) * 20) },
    ...options,
  };
}

/** An instant, counted from when the fault took hold. */
export const at = (secondsAfterFault: number): number => (15.1 + secondsAfterFault) * second;

export function scores(overrides: Partial<Scores> = {}): Scores {
  const [rw, ro] = [rto('rw-new', 'rw', 19.85), rto('ro-persistent', 'ro', null)];
  const all = [rto('rw-persistent', 'rw', 19.81), rw, ro];
  return {
    rto: { rw, ro },
    all,
    outage: [
      {
        edge: 'detection',
        fromNs: at(0),
        toNs: at(17.82),
        seconds: 17.82,
        source: 'dcs: leader key expired',
        detail: 'pg1 held the key; ttl 20 s, renewed 2.2 s before the fault',
      },
      {
        edge: 'election',
        fromNs: at(17.82),
        toNs: at(18.22),
        seconds: 0.4,
        source: 'dcs: leader key acquired',
        detail: 'pg2 took it at revision 21',
      },
      {
        edge: 'promotion',
        fromNs: at(18.22),
        toNs: at(18.81),
        seconds: 0.59,
        source: 'postgres log: ready to accept connections',
        detail: 'pg2 on timeline 2',
      },
      {
        edge: 'routing',
        fromNs: at(18.81),
        toNs: at(19.4),
        seconds: 0.59,
        source: 'router1: pg2 UP for rw',
        detail: 'layer 7 check passed',
      },
      { edge: 'unexplained', fromNs: at(19.4), toNs: at(19.7), seconds: 0.3, source: null, detail: '' },
      {
        edge: 'first-write',
        fromNs: at(19.7),
        toNs: at(19.85),
        seconds: 0.15,
        source: 'client: first acknowledged write',
        detail: 'rw-new #493',
      },
    ],
    rpo: {
      transactions: 0,
      seconds: 0,
      bytes: 0,
      bytesMethod: 'end of WAL on timeline 1 of pg1, by pg_waldump, less the switch point in 00000002.history',
      indeterminate: 6,
      indeterminatePresent: 2,
      notDurable: 0,
      acknowledged: 1764,
      lost: {},
      resurrected: {},
    },
    recovery: { lastClientSeconds: 19.85, throughputBackSeconds: 20.5, baselineThroughputPerSecond: 50, redundancyWholeSeconds: 27.3 },
    ...overrides,
  };
}

export function check(
  name: string,
  summary: string,
  answer: string,
  offences: Check['result']['offences'] = [],
  outcome: Check['result']['outcome'] = 'pass',
): Check {
  return {
    name,
    summary,
    method: `Stands on the history and the final state. ${name} cannot see what no client and no observer asked.`,
    result: { outcome, summary: answer, offences },
  };
}

export function checks(changed: Check[] = []): Check[] {
  const usual = [
    check('RPO', 'Are all acknowledged writes there?', '1,764 acknowledged writes of 4 series compared with the tables: all are there.'),
    check('SINGLE', 'Did two members ever accept writes at once?', '3 members asked 840 times: never more than one accepted.'),
    check('LIVE', 'Is every route writable again?', 'rw and ro serve at the end.'),
    check('TL', 'Is there one lineage, and was no timeline minted twice?', 'Timeline 1, then 2 on pg2.'),
    check('FOLLOW', 'Does every standby stream on the right timeline?', 'pg1 and pg3 stream from pg2 on timeline 2; replay advanced.'),
    check('REJOIN', 'Is the old primary back, and does it follow?', 'pg1 is back and follows pg2.'),
    check('INTEG', 'Are indexes and invariants whole?', 'amcheck of 3 indexes clean; the bank holds 100,000.'),
  ];
  return usual.map((one) => changed.find(({ name }) => name === one.name) ?? one);
}

export const objective = (
  name: string,
  limit: number | string,
  unit: string,
  measured: number | string | null,
  met: boolean | null,
  note = '',
): ObjectiveResult => ({ name, limit, unit, measured, met, from: 'scenario', note });
