import type { Evidence } from '../history/evidence.ts';
import { decomposeOutage } from './outage.ts';
import { scoreRecovery } from './recovery.ts';
import { scoreRpo } from './rpo.ts';
import { scoreRto } from './rto.ts';
import type { Scores } from './types.ts';

/** Everything that a drill measured, from its evidence alone. Pure. */
export function scoreRun(evidence: Evidence): Scores {
  const measured = scoreRto(evidence);
  const { rw } = measured.rto;
  return {
    ...measured,
    outage: rw === undefined ? [] : decomposeOutage(evidence, rw),
    rpo: scoreRpo(evidence),
    recovery: scoreRecovery(evidence, measured),
  };
}
