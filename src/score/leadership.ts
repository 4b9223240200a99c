import type { Evidence } from '../history/evidence.ts';

/** Who led, on which timeline, as SQL says. */
export interface Leadership {
  primary: string;
  timeline: number;
}

/** The last member seen taking writes by then; null: none was sampled. */
export function leadershipAt(evidence: Evidence, atNs: number): Leadership | null {
  const sample = evidence.members.findLast((one) => one.atNs <= atNs && one.sql !== null && !one.sql.inRecovery);
  return sample?.sql == null ? null : { primary: sample.member, timeline: sample.sql.timeline };
}

/** Who leads in the captured final state; null: nobody, several, or it was not captured. */
export function finalLeadership({ final }: Evidence): Leadership | null {
  const sql = final?.members.find(({ member }) => member === final.primary)?.sql;
  return final?.primary == null || sql == null ? null : { primary: final.primary, timeline: sql.timeline };
}
