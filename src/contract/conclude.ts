import type { CheckResult, Offence } from './check.ts';

/** What a check found, for conclude(). */
export interface Finding {
  /** Of how much evidence the answer is: "10312 acknowledged writes of 6 series compared with the rows". */
  asked: string;
  /** The answer when nothing offends: "all are there". */
  clean: string;
  /** The answer when something does: "12 are missing". */
  broken: string;
  offences: readonly Offence[];
  /** What the evidence does not tell, one clause each. */
  missing: readonly string[];
}

/** A reader needs some examples, not all; a report needs a bound. */
const namedMax = 50;

/** Puts a check's answer together: an offence fails it whatever else is unknown, missing evidence leaves it unknown, else it passes. */
export function conclude({ asked, clean, broken, offences, missing }: Finding): CheckResult {
  const named = offences.slice(0, namedMax);
  if (offences.length > namedMax) named.push({ what: `and ${offences.length - namedMax} more` });
  const unknown = missing.length === 0 ? '' : `not known: ${missing.join('; ')}`;
  if (offences.length > 0) {
    return { outcome: 'fail', summary: `${asked}: ${broken}${unknown === '' ? '' : ` (${unknown})`}`, offences: named };
  }
  if (unknown !== '') return { outcome: 'unknown', summary: `${asked}: ${unknown}`, offences: [] };
  return { outcome: 'pass', summary: `${asked}: ${clean}`, offences: [] };
}
