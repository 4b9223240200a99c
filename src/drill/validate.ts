import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DrillError, messageOf } from '../base/errors.ts';
import type { TopologyDefinition, TopologyPlan } from '../contract/topology.ts';
import { BadScenario, type Diagnostic } from '../scenario/diagnostic.ts';
import { scenarioHash } from '../scenario/hash.ts';
import { loadScenario, type LoadedScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { loadTiers, type Tiers } from '../scenario/tiers.ts';
import { limitsOf, type Limits } from '../score/limits.ts';
import type { PlannedFault } from './fault-run.ts';
import type { Plugins } from './plugins.ts';
import { objectiveWarnings } from './promises.ts';
import { checkNames, limitRoutes, planFaults, planTopology } from './validate-parts.ts';

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
}

const tiersFile = fileURLToPath(new URL('../../scenarios/tiers.yaml', import.meta.url));

/**
 * Reads and validates a scenario file, without an engine.
 * @throws BadScenario (a DrillError `bad-scenario`): everything that is wrong, each with file:line:column, what was found
 *   and what is allowed.
 */
export async function validateFile(file: string, plugins: Plugins): Promise<ValidatedScenario> {
  const [text, tiers] = await Promise.all([textOf(file), textOf(tiersFile)]);
  return validate(loadScenario(text, file), plugins, loadTiers(tiers, tiersFile));
}

/** Pure. @throws BadScenario, see {@link validateFile}. */
export function validate(loaded: LoadedScenario, plugins: Plugins, tiers: Tiers): ValidatedScenario {
  const { scenario, source, input } = loaded;
  const problems: Diagnostic[] = [];
  const planned = planTopology(loaded, plugins, problems);
  // Without a topology there is nothing to hold targets, routes and needs against.
  if (planned === null) throw new BadScenario(problems);
  const { topology, params, plan } = planned;
  const faults = planFaults(loaded, plugins, planned, problems);
  const checks = checkNames(loaded, plugins, problems);
  const { tier } = scenario.objectives;
  const ofTier = tier === undefined ? undefined : tiers[String(tier)];
  if (tier !== undefined && ofTier === undefined) {
    problems.push(
      source.atValue(['objectives', 'tier'], `there is no tier ${tier} in scenarios/tiers.yaml`, Object.keys(tiers).join(', ')),
    );
  }
  const limits = limitsOf(scenario.objectives, ofTier === undefined ? null : { name: `tier ${tier}`, objectives: ofTier.objectives });
  limitRoutes(loaded, plan, problems);
  if (problems.length > 0) throw new BadScenario(problems);
  const warnings = objectiveWarnings(scenario, faults, limits, topology.promises(params));
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
    warnings,
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DrillError(`${file}: cannot be read: ${messageOf(error)}`, { code: 'bad-scenario', cause: error });
  }
}
