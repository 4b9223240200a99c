import type { Evidence, FaultRecord, Operation, Series } from '../history/evidence.ts';
import type { Phase } from '../history/journal.ts';
import { whyClientsUnfit } from './fitness.ts';
import { sentence } from './sentence.ts';
import { slotsOf, usualLatency } from './slots.ts';
import { baselineWindow, type Window } from './window.ts';

/** Why the measurement cannot be trusted, one sentence each; empty: it can. Each is a defect of the drill, none of the database. */
export function whyInvalid(evidence: Evidence): string[] {
  return [
    ...whyFaultsUnproven(evidence),
    ...whyPhasesFailed(evidence),
    ...whyBaselineUnclean(evidence),
    ...whyClientsUnfit(evidence),
    ...whyFilesIncomplete(evidence),
    ...evidence.warnings.filter(({ invalidates }) => invalidates).map(({ code, message }) => `Warning ${code}: ${message}`),
  ].map(sentence);
}

function whyFaultsUnproven({ faults, scenario, series }: Evidence): string[] {
  const asked = scenario.timeline.length;
  const missing = faults.length < asked ? [`Only ${faults.length} of the ${asked} faults of the timeline were recorded`] : [];
  // Of later faults it cannot be told: what is refused then may be refused for the first.
  const [first] = faults.filter(({ activeNs }) => activeNs !== null).sort((a, b) => (a.activeNs ?? 0) - (b.activeNs ?? 0));
  return [...missing, ...faults.flatMap(whyUnproven), ...(first === undefined ? [] : whyFeltEarlier(first, [...series.values()]))];
}

function whyUnproven({ fault, injectedNs, activeNs, healingNs, healedNs, failed }: FaultRecord): string[] {
  if (injectedNs === null) return [`Fault ${fault} was never injected`];
  if (activeNs === null) return [`Fault ${fault} was never proven to be in effect${failed === null ? '' : `: ${failed}`}`];
  if (failed !== null) return [`Fault ${fault} failed: ${failed}`];
  if (healedNs !== null) return [];
  return [`Fault ${fault} was never proven to be gone${healingNs === null ? ', nor was its heal begun' : ''}`];
}

/** An effect that clients felt well before its evidence dates it would make the outage look shorter than it was. */
function whyFeltEarlier({ fault, injectedNs, activeNs }: FaultRecord, all: readonly Series[]): string[] {
  if (injectedNs === null || activeNs === null) return [];
  for (const { declared, operations } of all) {
    if (declared.route.startsWith('member:') || declared.kind !== 'probe') continue;
    const felt = operations.find(
      ({ dueNs, endNs, outcome }) => dueNs >= injectedNs && endNs !== null && endNs < activeNs - declared.intervalNs && outcome !== 'ok',
    );
    if (felt !== undefined) {
      return [
        `Fault ${fault} is dated ${Math.round((activeNs - felt.dueNs) / 1e6)} ms after ${declared.series} was first refused, so the outage began before it`,
      ];
    }
  }
  return [];
}

/** Where observe or converge fall short, that is a finding about the database; what comes after examine changes no evidence. */
const decisive: readonly Phase[] = ['provision', 'settle', 'baseline', 'inject', 'heal', 'examine'];

function whyPhasesFailed({ phases }: Evidence): string[] {
  return phases.flatMap(({ phase, failed }) => (failed !== null && decisive.includes(phase) ? [`Phase ${phase} failed: ${failed}`] : []));
}

function whyBaselineUnclean(evidence: Evidence): string[] {
  const baseline = baselineWindow(evidence);
  if (baseline === null) return ['The baseline was not measured to its end'];
  const onRoutes = [...evidence.series.values()].filter(({ declared }) => !declared.route.startsWith('member:'));
  if (onRoutes.length === 0) return ['No client measured a route'];
  const injectedNs = Math.min(...evidence.faults.map((fault) => fault.injectedNs ?? Infinity));
  return onRoutes.flatMap((series) => {
    // What was on its way for no longer than usual when the fault came is the fault's affair.
    const calmNs = injectedNs - usualLatency(slotsOf(series, null), baseline).p99Ns;
    const window = { fromNs: baseline.fromNs, toNs: Math.min(baseline.toNs, calmNs) };
    return whySeriesUnclean(series, window, evidence.scenario.measure.consecutive);
  });
}

function whySeriesUnclean({ declared, operations }: Series, { fromNs, toNs }: Window, consecutive: number): string[] {
  const slots = operations.filter(({ dueNs }) => dueNs >= fromNs && dueNs < toNs);
  if (declared.kind === 'probe' && slots.length < consecutive)
    return [`${declared.series} had ${slots.length} slots in the baseline, and needs ${consecutive}`];
  // A workload asks for as much as it is told to; where its own connections do not suffice, that says nothing of the service.
  const saturated = (operation: Operation): boolean => declared.kind !== 'probe' && operation.error?.code === 'no-connection';
  const bad = slots.filter((operation) => operation.outcome !== 'ok' && !saturated(operation));
  const [first] = bad;
  if (first === undefined) return [];
  return [
    `The baseline was not clean: ${bad.length} of ${slots.length} slots of ${declared.series} were not served, first ${first.op} (${first.error?.code ?? 'no answer'})`,
  ];
}

function whyFilesIncomplete({ final, clientEnded, defects }: Evidence): string[] {
  const told = defects.some((defect) => defect.startsWith('history/final.json'));
  return [
    ...(final === null && !told ? ['The final state was never captured'] : []),
    ...(final?.gaps ?? []).map((gap) => `The final state has a gap: ${gap}`),
    ...(clientEnded ? [] : ['The client did not end its history in good order']),
    ...defects.map((defect) => `The run folder is defective: ${defect}`),
  ];
}
