import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { DrillError } from '../base/errors.ts';
import type { TopologyDefinition, TopologyPlan } from '../contract/topology.ts';
import { scenarioSchema, type Scenario } from '../scenario/schema.ts';
import { limitsOf, type Limits } from '../score/limits.ts';
import type { PlannedFault } from './fault-run.ts';
import type { Plugins } from './plugins.ts';

export interface ValidatedScenario { file: string; scenario: Scenario; input: unknown; scenarioHash: string; topology: TopologyDefinition; plan: TopologyPlan; faults: PlannedFault[]; limits: Limits; warnings: string[] }
export async function validateFile(file: string, plugins: Plugins): Promise<ValidatedScenario> {
  const input: unknown = parse(await readFile(file, 'utf8'));
  const scenario = scenarioSchema.parse(input);
  const topology = plugins.topologies.get(scenario.topology.kind);
  if (topology === undefined) throw new DrillError('no topology', { code: 'bad-scenario' });
  const faults = scenario.timeline.map((entry, index) => {
    const definition = plugins.faults.get(entry.fault);
    if (definition === undefined) throw new DrillError('no fault', { code: 'bad-scenario' });
    return { id: `${index + 1}-${entry.fault}`, definition: definition as never, target: entry.target, params: definition.params.parse(entry.with) as never, atMs: entry.at, forMs: entry.for };
  });
  return { file, scenario, input, scenarioHash: createHash('sha256').update(JSON.stringify(scenario)).digest('hex'), topology, plan: topology.plan(topology.params.parse(scenario.topology.params), { postgres: scenario.topology.postgres }), faults, limits: limitsOf(scenario.objectives), warnings: [] };
}
