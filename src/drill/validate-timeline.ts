import { formatMs } from '../base/duration.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import { canonicalJson } from '../scenario/hash.ts';
import { diagnosticsOf } from '../scenario/issues.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { timelineOf, type TimelineStep } from '../scenario/plan.ts';
import { roleTargets } from '../scenario/schema.ts';
import type { Path } from '../scenario/yaml-nodes.ts';
import type { PlannedFault } from './fault-run.ts';
import type { Plugins } from './plugins.ts';
import { targetProblems } from './validate-target.ts';
import { sorted, unknownName } from './validate-names.ts';
import type { PlannedTopology } from './validate-topology.ts';

const placeOf = ({ entry }: TimelineStep): Path => ['timeline', entry];

/** The timeline with its definitions and parameters; what is wrong goes to the problems. `planned` null: targets and needs are left open. */
export function planFaults(
  loaded: LoadedScenario,
  plugins: Plugins,
  planned: PlannedTopology | null,
  problems: Diagnostic[],
): PlannedFault[] {
  const steps = timelineOf(loaded.scenario);
  problems.push(...steps.flatMap((step) => whenProblems(loaded, step)), ...twice(loaded, steps));
  return steps.flatMap((step) => {
    const { id, fault, target, from, atMs, forMs } = step;
    const definition = plugins.faults.get(fault);
    if (definition === undefined) {
      const message = unknownName('fault', fault, plugins.faults.keys());
      problems.push(loaded.source.atValue([...placeOf(step), 'fault'], message, sorted(plugins.faults.keys())));
      return [];
    }
    if (planned !== null) {
      problems.push(...targetProblems(loaded, step, definition.target, planned), ...needProblems(loaded, step, definition.needs, planned));
    }
    const params = definition.params.safeParse(step.params);
    if (!params.success) problems.push(...diagnosticsOf(params.error, loaded.source, definition.params, [...placeOf(step), 'with']));
    return [{ id, definition, target, from, params: params.data ?? {}, atMs, forMs }];
  });
}

function needProblems(
  { source }: LoadedScenario,
  step: TimelineStep,
  needs: readonly string[],
  { topology: { kind, capabilities } }: PlannedTopology,
): Diagnostic[] {
  return needs
    .filter((need) => capabilities.every((capability) => capability !== need))
    .map((need) =>
      source.atValue(
        [...placeOf(step), 'fault'],
        `${step.fault} needs what ${kind} lacks: ${need}`,
        `faults that need no more than ${capabilities.join(', ') || 'nothing'}`,
      ),
    );
}

/** A fault that fires when nobody looks any more, or ends when nobody does. */
function whenProblems({ scenario, source }: LoadedScenario, step: TimelineStep): Diagnostic[] {
  const endMs = scenario.phases.observe;
  const { fault, atMs, forMs } = step;
  if (atMs >= endMs) {
    const message = `${fault} fires after the end: observation lasts ${formatMs(endMs)}`;
    return [source.atValue([...placeOf(step), 'at'], message, `less than ${formatMs(endMs)}, or a longer phases.observe`)];
  }
  if (forMs === undefined || atMs + forMs < endMs) return [];
  const message = `${fault} would end after the observation, which lasts ${formatMs(endMs)}`;
  return [source.atValue([...placeOf(step), 'for'], message, `less than ${formatMs(endMs - atMs)}, or a longer phases.observe`)];
}

/**
 * The same fault on the same target at the same moment; or, where the target is the same node for sure, while the first is
 * still in effect by the timeline's own word. A role may be another node's by then.
 */
function twice({ source }: LoadedScenario, steps: readonly TimelineStep[]): Diagnostic[] {
  const same = ({ fault, target, from, params }: TimelineStep): string => canonicalJson([fault, target ?? null, from ?? null, params]);
  return steps.flatMap((step, index) => {
    const first = steps.slice(0, index).find((other) => same(other) === same(step) && overlap(other, step));
    if (first === undefined) return [];
    const since = first.atMs === step.atMs ? 'is there already' : `is in effect from ${formatMs(first.atMs)} on`;
    return [source.atValue(placeOf(step), `the same ${step.fault} ${since} (timeline entry ${first.entry + 1})`, 'another time or target')];
  });
}

function overlap(first: TimelineStep, second: TimelineStep): boolean {
  if (first.atMs === second.atMs) return true;
  const isRole = typeof first.target === 'string' && roleTargets.some((role) => role === first.target);
  return first.target !== undefined && !isRole && first.forMs !== undefined && second.atMs < first.atMs + first.forMs;
}
