import { imageRoles, type TopologyDefinition, type TopologyPlan } from '../contract/topology.ts';
import { supportedMajors } from '../runtime/image-recipe.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import { diagnosticsOf } from '../scenario/issues.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Plugins } from './plugins.ts';
import { sorted, unknownName } from './validate-names.ts';

export interface PlannedTopology {
  topology: TopologyDefinition;
  params: Record<string, unknown>;
  plan: TopologyPlan;
}

/** The topology that a scenario names, its parameters and its plan; null, with the reason among the problems, when there is none. */
export function planTopology({ scenario, source }: LoadedScenario, plugins: Plugins, problems: Diagnostic[]): PlannedTopology | null {
  const { kind, params, images, postgres } = scenario.topology;
  for (const role of Object.keys(images)) {
    if (imageRoles.every((known) => known !== role))
      problems.push(source.atKey(['topology', 'images'], role, unknownName('image role', role, imageRoles), imageRoles.join(', ')));
  }
  const topology = plugins.topologies.get(kind);
  if (topology === undefined) {
    const known = [...plugins.topologies.keys()];
    problems.push(source.atValue(['topology', 'kind'], unknownName('topology', kind, known), sorted(known)));
    return null;
  }
  const parsed = topology.params.safeParse(params);
  if (!parsed.success) {
    problems.push(...diagnosticsOf(parsed.error, source, topology.params, ['topology', 'params']));
    return null;
  }
  return { topology, params: parsed.data, plan: topology.plan(parsed.data, { postgres }) };
}

/** An image may still be named on the command line, so a major that none is made for here is no reason to refuse. */
export function imageWarnings({ topology: { postgres, images } }: Scenario): string[] {
  if (supportedMajors.includes(postgres) || images['postgres'] !== undefined) return [];
  return [
    `no image is made here for PostgreSQL ${postgres}, only for ${supportedMajors.join(', ')}: name one of your own (topology.images.postgres, or --image postgres=…)`,
  ];
}
