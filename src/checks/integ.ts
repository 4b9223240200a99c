import { conclude, defineCheck, gapsOf } from 'pgdrill';
import type { CheckResult, RunEvidence, FinalState, Offence } from 'pgdrill';

export default defineCheck({
  name: 'INTEG',
  summary: 'Indexes match their tables, checksums hold, and the bank’s total is what it was',
  method:
    'amcheck’s bt_index_check with heapallindexed on every B-tree index of the workload, the catalogs and their TOAST tables, on the primary and on every standby; ' +
    'checksum failures in pg_stat_database (which a crash resets, so older ones are not seen); and the sum over all accounts, which transfers only move. ' +
    'It reads what these reach, not every page of the cluster.',
  evaluate(evidence): CheckResult {
    const { final } = evidence;
    if (final === null)
      return conclude({
        asked: 'Indexes, checksums and the bank',
        clean: '',
        broken: '',
        offences: [],
        missing: ['the final state was not captured'],
      });
    const offences = [...brokenIndexes(final), ...checksumFailures(final), ...bankOffence(final)];
    const off = final.members.filter(({ sql }) => sql?.checksumFailures === null).map(({ member }) => member);
    const bank = final.bank === null ? '' : `, ${final.bank.accounts} accounts`;
    return conclude({
      asked: `${final.amcheck.length} index checks on ${new Set(final.amcheck.map(({ member }) => member)).size} members${bank}`,
      clean: `nothing is broken${off.length === 0 ? '' : ` (data checksums are off on ${off.join(', ')})`}`,
      broken: `${offences.length} findings`,
      offences,
      missing: [...missingIndexes(final), ...missingBank(evidence, final)],
    });
  },
});

function brokenIndexes(final: FinalState): Offence[] {
  return final.amcheck
    .filter(({ error }) => error !== null)
    .map(({ member, index, error }) => ({ what: `amcheck on ${member}: ${index}: ${error}`, node: member }));
}

function checksumFailures(final: FinalState): Offence[] {
  return final.members
    .filter(({ sql }) => (sql?.checksumFailures ?? 0) > 0)
    .map(({ member, sql }) => ({ what: `${member} counted ${sql?.checksumFailures} pages with a wrong checksum`, node: member }));
}

function bankOffence({ bank }: FinalState): Offence[] {
  if (bank === null || bank.total === bank.expectedTotal) return [];
  return [{ what: `the accounts hold ${bank.total} in all, and held ${bank.expectedTotal} at the start` }];
}

/** Members that answer and of which no index was checked, or not all. */
function missingIndexes(final: FinalState): string[] {
  const unchecked = final.members
    .filter(
      ({ member, sql }) =>
        sql !== null && final.amcheck.every((one) => one.member !== member) && gapsOf(final, 'amcheck', member).length === 0,
    )
    .map(({ member }) => `no index was checked on ${member}`);
  const silent = final.members
    .filter(({ sql }) => sql === null)
    .map(({ member }) => `${member} does not answer, so nothing was checked there`);
  return [...gapsOf(final, 'amcheck'), ...gapsOf(final, 'member'), ...unchecked, ...silent];
}

function missingBank(evidence: RunEvidence, final: FinalState): string[] {
  const hasBank = [...evidence.series.values()].some(({ declared }) => declared.kind === 'bank');
  if (!hasBank || final.bank !== null) return [];
  return [gapsOf(final, 'bank')[0] ?? 'the accounts were not read'];
}
