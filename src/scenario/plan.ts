import { formatMs } from '../base/duration.ts';
import type { Scenario, Target } from './schema.ts';

/** One fault of a drill, at its place in time. */
export interface TimelineStep {
  /** Unique in the run, counted in the order of time: `1-container-kill`. */
  id: string;
  fault: string;
  target: Target | undefined;
  /** The other side, for faults between two groups of nodes. */
  from: Target | undefined;
  /** From the end of the baseline. */
  atMs: number;
  /** Undefined: until the heal phase. */
  forMs: number | undefined;
  params: Record<string, unknown>;
  /** Which entry of the scenario's `timeline` it is, from 0. */
  entry: number;
}

/** The timeline in the order of time; entries of one moment keep the order they are written in. Pure. */
export function timelineOf(scenario: Scenario): TimelineStep[] {
  return scenario.timeline
    .map(({ fault, target, from, at, for: forMs, with: params }, entry) => ({ fault, target, from, atMs: at, forMs, params, entry }))
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((step, index) => ({ id: `${index + 1}-${step.fault}`, ...step }));
}

/** The outage that is to be expected, ms; `atMostMs` null: nothing bounds it but the budget. */
export interface ExpectedOutage {
  atLeastMs: number;
  atMostMs: number | null;
}

export interface PhaseEstimate {
  phase: 'provision and settle' | 'baseline' | 'inject' | 'observe' | 'heal' | 'converge' | 'examine to release';
  leastMs: number;
  mostMs: number;
  why: string;
}

export interface DrillEstimate {
  phases: PhaseEstimate[];
  leastMs: number;
  mostMs: number;
}

/** What phases took that wait for machines rather than for a time that the scenario sets: drills of patroni-ha on two cores, images made. */
const usual = {
  start: { leastMs: 7000, mostMs: 17_000 },
  heal: { leastMs: 0, mostMs: 8000 },
  converge: { leastMs: 1500, mostMs: 10_000 },
  end: { leastMs: 3000, mostMs: 7000 },
} as const;

/** How long a drill of this scenario takes, phase by phase. Pure. */
export function estimateDrill(scenario: Scenario, outage: ExpectedOutage): DrillEstimate {
  const { baseline, observe, steady } = scenario.phases;
  const steps = timelineOf(scenario);
  const injectMs = Math.max(...steps.map(({ atMs }) => atMs));
  // A fault that the timeline ends is waited for, however soon service is back.
  const healedMs = Math.max(0, ...steps.map(({ atMs, forMs }) => (forMs === undefined ? 0 : atMs + forMs - injectMs)));
  const observed = (outageMs: number): number => Math.min(observe, Math.max(healedMs, outageMs) + steady);
  const phases: PhaseEstimate[] = [
    { phase: 'provision and settle', ...usual.start, why: 'containers start, the cluster becomes healthy' },
    { phase: 'baseline', leastMs: baseline, mostMs: baseline, why: 'phases.baseline' },
    { phase: 'inject', leastMs: injectMs, mostMs: injectMs, why: 'the last fault of the timeline' },
    {
      phase: 'observe',
      leastMs: observed(outage.atLeastMs),
      mostMs: observed(outage.atMostMs ?? observe),
      why: `${outageText(outage, healedMs)}, then phases.steady ${formatMs(steady)}; at most phases.observe ${formatMs(observe)}`,
    },
    { phase: 'heal', ...usual.heal, why: 'what was broken is started again' },
    { phase: 'converge', ...usual.converge, why: 'redundancy becomes whole' },
    { phase: 'examine to release', ...usual.end, why: 'capture, checks, reports; containers are removed' },
  ];
  const sum = (of: (phase: PhaseEstimate) => number): number => phases.reduce((total, phase) => total + of(phase), 0);
  return { phases, leastMs: sum(({ leastMs }) => leastMs), mostMs: sum(({ mostMs }) => mostMs) };
}

function outageText({ atLeastMs, atMostMs }: ExpectedOutage, healedMs: number): string {
  const outage =
    atMostMs === null ? `an outage of ${formatMs(atLeastMs)} or more` : `an outage of ${formatMs(atLeastMs)} to ${formatMs(atMostMs)}`;
  return healedMs > 0 ? `${outage}, the end of the last fault after ${formatMs(healedMs)}` : outage;
}
