import { formatLsn } from '../../src/base/lsn.ts';
import { second } from './synthetic-series.ts';

/** Steps of the failover, ms after the fault's effect. */
export interface Milestones {
  expiredMs: number;
  acquiredMs: number;
  readyMs: number;
  routeUpMs: number;
}

/** When what happens in a synthetic run, ns: a baseline of 5 s, then the fault. */
export interface SyntheticTimes {
  baselineNs: number;
  injectNs: number;
  faultNs: number;
  /** The heal phase begins; the old primary streams again 2 s later. */
  healNs: number;
  convergeNs: number;
  examineNs: number;
  endNs: number;
}

/** What the parts of a synthetic run agree on. */
export interface SyntheticPlot {
  times: SyntheticTimes;
  failover: 'new-primary' | 'none';
  milestones: Milestones;
  hasOutage: boolean;
}

export const members = ['pg1', 'pg2', 'pg3'];
export const addressOf = (member: string): string => `10.0.0.1${member.slice(-1)}`;

/** WAL positions advance by 1 MiB a second from here; the fork lies where the fault struck. */
const walStart = 0x300_0000n;
export const lsnAt = (atNs: number): string => formatLsn(walStart + BigInt(Math.round((Math.max(0, atNs) / second) * 1048576)));
