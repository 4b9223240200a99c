import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DrillError, messageOf } from '../base/errors.ts';
import type { TopologyDefinition, TopologyPlan } from '../contract/topology.ts';
import { BadScenario, type Diagnostic } from '../scenario/diagnostic.ts';
import { scenarioHash } from '../scenario/hash.ts';
import { loadScenario, type LoadedScenario } from '../scenario/load.ts';
import { estimateDrill, type DrillEstimate } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/schema.ts';
import { loadTiers, type Tiers } from '../scenario/tiers.ts';
import type { Limits } from '../score/limits.ts';
import type { PlannedFault } from './fault-run.ts';
import type { Plugins } from './plugins.ts';
import { expectedOutage, objectiveWarnings } from './promises.ts';
import { checkNames, limitsFor } from './validate-objectives.ts';
import { planFaults } from './validate-timeline.ts';
import { imageWarnings, planTopology } from './validate-topology.ts';

/** A scenario that may run: everything it names is there, and everything it asks for is possible. */
export interface ValidatedScenario {
  /** As it was given. */
  file: string;
  scenario: Scenario;
  /** As written. */
  input: unknown;
  scenarioHash: string;
  topology: TopologyDefinition;
  topologyParams: Record<string, unknown>;
  plan: TopologyPlan;
  faults: PlannedFault[];
  checks: string[];
  limits: Limits;
  /** What is allowed and yet unwise, one sentence each: an objective that cannot be met by design. */
  warnings: string[];
  estimate: DrillEstimate;
}

const builtInTiers = fileURLToPath(new URL('../../scenarios/tiers.yaml', import.meta.url));

/**
 * Reads and validates a scenario file, without an engine.
 * @throws BadScenario (a DrillError `bad-scenario`): everything that is wrong, each with file:line:column, what was found
 *   and what is allowed.
 */
export async function validateFile(file: string, plugins: Plugins): Promise<ValidatedScenario> {
  const loaded = loadScenario(await textOf(file), file);
  const tiers = loaded.scenario.objectives.tier === undefined ? {} : await tiersFor(file);
  return validate(loaded, plugins, tiers);
}

/** Pure. @throws BadScenario, see {@link validateFile}. */
export function validate(loaded: LoadedScenario, plugins: Plugins, tiers: Tiers): ValidatedScenario {
  const { scenario, source, input } = loaded;
  const problems: Diagnostic[] = [];
  const planned = planTopology(loaded, plugins, problems);
  const faults = planFaults(loaded, plugins, planned, problems);
  const checks = checkNames(loaded, plugins, problems);
  const limits = limitsFor(loaded, tiers, planned?.plan ?? null, problems);
  if (planned === null || problems.length > 0) throw new BadScenario(problems);
  const { topology, params, plan } = planned;
  const promises = topology.promises(params);
  return {
    file: source.file,
    scenario,
    input,
    scenarioHash: scenarioHash(scenario),
    topology,
    topologyParams: params,
    plan,
    faults,
    checks,
    limits,
    warnings: [...objectiveWarnings(scenario, faults, limits, promises), ...imageWarnings(scenario)],
    estimate: estimateDrill(scenario, expectedOutage(faults, promises)),
  };
}

/** The tiers that hold for a scenario: `tiers.yaml` in its folder or the one above, else those that come with pgdrill. */
async function tiersFor(scenarioFile: string): Promise<Tiers> {
  const folder = dirname(scenarioFile);
  for (const file of [join(folder, 'tiers.yaml'), join(folder, '..', 'tiers.yaml')]) {
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (there) return loadTiers(await textOf(file), file);
  }
  return loadTiers(await textOf(builtInTiers), builtInTiers);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DrillError(`${file}: cannot be read: ${messageOf(error)}`, { code: 'bad-scenario', cause: error });
  }
}
