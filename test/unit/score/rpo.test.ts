import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lsnDiffBytes } from '../../../src/base/lsn.ts';
import type { Evidence, Operation } from '../../../src/history/evidence.ts';
import { scoreRpo } from '../../../src/score/rpo.ts';
import type { RpoResult } from '../../../src/score/types.ts';
import { toRanges } from '../../support/synthetic-series.ts';
import { lsnAt, second, syntheticRun, type SyntheticOptions } from '../../support/synthetic-run.ts';

function rpo(options: SyntheticOptions = {}, bend: (evidence: Evidence) => void = () => {}): RpoResult {
  const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 2000 }], ...options });
  bend(evidence);
  return scoreRpo(evidence);
}
const operation = (evidence: Evidence, series: string, op: number): Operation => {
  const found = evidence.series.get(series)?.operations[op];
  if (found === undefined) throw new Error(`no ${series} ${op}`);
  return found;
};

test('nothing lost', () => {
  expect(rpo()).toMatchObject({ transactions: 0, seconds: 0, indeterminate: 0, notDurable: 0, lost: {}, resurrected: {} });
  expect(rpo().acknowledged).toBeGreaterThan(500);
});

test('acknowledged rows that are missing are lost, by series and number', () => {
  const measured = rpo({ lost: { ledger: 3, bank: 1, 'rw-new': 2 } });
  expect(measured.transactions).toBe(6);
  expect(measured.lost).toEqual({ ledger: [252, 253, 254], bank: [50], 'rw-new': [100, 101] });
});

test('seconds of commits span the lost acknowledgements and one interval', () => {
  // Three rows of the ledger, 20 ms apart; their answers came within 2 ms of each other's usual.
  expect(rpo({ lost: { ledger: 3 } }).seconds).toBeCloseTo(0.06, 2);
  expect(rpo({ lost: { ledger: 1 } }).seconds).toBeCloseTo(0.02, 9);
  // Two series at 50/s and 20/s make one at 70/s.
  expect(rpo({ lost: { ledger: 1, 'rw-new': 1 } }).seconds).toBeGreaterThan(1 / 70);
});

test('what a deposed primary acknowledged is lost too, and told apart', () => {
  expect(rpo({ lost: { 'member-pg1': 4 } })).toMatchObject({ transactions: 4, lost: { 'member-pg1': [47, 48, 49, 50] } });
});

test('operations of unknown outcome are never lost', () => {
  const measured = rpo({ outages: [{ fromMs: 0, toMs: 2000, how: 'hang', series: ['ledger'] }] }, ({ final }) => {
    // Ten of them were committed all the same.
    if (final?.rows?.['ledger'] !== undefined) final.rows['ledger'] = toRanges([...Array(265).keys(), ...Array.from({ length: 2000 }, (_, op) => op + 355)]); // prettier-ignore
  });
  expect(measured).toMatchObject({ transactions: 0, indeterminate: 100, indeterminatePresent: 10 });
});

test('a row that was surely refused and is there is a defect of somebody', () => {
  const measured = rpo({}, ({ final }) => {
    if (final?.rows?.['ledger'] !== undefined) final.rows['ledger'] = [[0, 9999]];
  });
  expect(measured.resurrected['ledger']).toHaveLength(100);
  expect(measured.transactions).toBe(0);
});

test('a commit that did not wait for its standby is counted apart', () => {
  const measured = rpo({}, (evidence) => {
    for (const op of [7, 8]) operation(evidence, 'ledger', op).value = { durable: false };
  });
  expect(measured).toMatchObject({ notDurable: 2, transactions: 0 });
});

test('a series without rows has lost everything', () => {
  const measured = rpo({}, ({ final }) => {
    if (final?.rows != null) delete final.rows['bank'];
  });
  expect(measured.lost['bank']).toHaveLength(measured.transactions ?? NaN);
  expect(measured.transactions).toBeGreaterThan(50);
});

test('what was acknowledged after the rows were read is not compared', () => {
  const measured = rpo({}, (evidence) => {
    operation(evidence, 'ledger', 5).endNs = (evidence.final?.capturedNs ?? 0) + 1;
    if (evidence.final?.rows?.['ledger'] !== undefined) evidence.final.rows['ledger'] = [[0, 4], [6, 9999]]; // prettier-ignore
  });
  expect(measured.lost).toEqual({});
});

test('without rows nothing is said', () => {
  const unread = rpo({}, ({ final }) => {
    if (final !== null) final.rows = null;
  });
  expect(unread).toMatchObject({ transactions: null, seconds: null, lost: {} });
  expect(rpo({}, (evidence) => (evidence.final = null))).toMatchObject({ transactions: null, seconds: null, bytes: null });
});

const forkLsn = lsnAt(15.1 * second);

test('bytes reach from the fork to the end of what the old primary held', () => {
  const measured = rpo();
  expect(measured.bytes).toBe(65_536);
  expect(measured.bytesMethod).toContain(`the fork of timeline 1 at ${forkLsn}`);
  expect(measured.bytesMethod).toContain('pg_waldump of the old primary');
});

test('an old primary that ended before the fork held nothing beyond it', () => {
  const measured = rpo({}, ({ divergences }) => {
    if (divergences[0]?.divergence != null) divergences[0].divergence.endLsn = lsnAt(14 * second);
  });
  expect(measured.bytes).toBe(0);
});

test('what could not be captured is bounded by the last lost acknowledgement', () => {
  const blind = (evidence: Evidence): void => {
    evidence.divergences = [{ member: 'pg1', divergence: null, reason: 'the volume is gone' }];
    const last = operation(evidence, 'ledger', 254);
    if (last.value !== undefined) last.value.lsn = lsnAt(15.2 * second);
  };
  const measured = rpo({ lost: { ledger: 3 } }, blind);
  expect(measured.bytes).toBe(lsnDiffBytes(forkLsn, lsnAt(15.2 * second)));
  expect(measured.bytesMethod).toMatch(/^up to the last lost acknowledgement; .* \(the volume is gone\)$/);
  expect(rpo({}, blind)).toMatchObject({ bytes: 0, bytesMethod: expect.stringMatching(/^no acknowledged write is missing; /) });
});

test('lost writes without a position leave the bytes unknown', () => {
  const measured = rpo({ lost: { ledger: 1 } }, (evidence) => {
    evidence.divergences = [];
    delete operation(evidence, 'ledger', 254).value;
  });
  expect(measured).toMatchObject({ transactions: 1, bytes: null });
});

test('without a fork there is nothing beyond it', () => {
  expect(rpo({ failover: 'none' })).toMatchObject({ bytes: 0, bytesMethod: 'no fork: timeline 1 throughout' });
});

test('a history that does not tell the fork leaves the bytes unknown', () => {
  const measured = rpo({}, ({ final }) => {
    for (const member of final?.members ?? []) member.timelineHistory = [];
  });
  expect(measured).toMatchObject({ bytes: null, bytesMethod: 'not known: the history of timeline 2 does not say where it forked' });
});

test('two failovers leave WAL past two forks', () => {
  const measured = rpo({}, ({ final, divergences }) => {
    for (const member of final?.members ?? []) {
      if (member.sql !== null) member.sql.timeline = 3;
      member.timelineHistory.push({ timeline: 2, switchLsn: lsnAt(18 * second), reason: '' });
    }
    const first = divergences[0]?.divergence;
    if (first == null) throw new Error('no divergence');
    const second2 = { ...first, member: 'pg2', timeline: 2, endLsn: lsnAt(18.5 * second) };
    divergences.push({ member: 'pg2', divergence: second2, reason: null });
  });
  expect(measured.bytes).toBe(65_536 + 524_288);
});

test('whatever is missing: every lost row was acknowledged, and counts agree', () => {
  const kept = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 400 });
  fc.assert(
    fc.property(kept, (ops) => {
      const evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 1000, how: 'hang' }], observeMs: 1500 });
      if (evidence.final?.rows == null) throw new Error('no rows');
      evidence.final.rows['ledger'] = toRanges(ops.toSorted((a, b) => a - b));
      const measured = scoreRpo(evidence);
      const ledger = evidence.series.get('ledger')?.operations ?? [];
      const byHand = ledger.filter(({ op, outcome }) => outcome === 'ok' && !ops.includes(op)).map(({ op }) => op);
      expect(measured.lost['ledger'] ?? []).toEqual(byHand);
      expect(measured.transactions).toBe(byHand.length);
      const presentInfo = ledger.filter(({ op, outcome }) => outcome === 'info' && ops.includes(op)).length;
      expect(measured.indeterminatePresent).toBe(presentInfo);
    }),
    { numRuns: 30 },
  );
});
