import type { TopologyPlan } from '../contract/topology.ts';
import type { Diagnostic } from '../scenario/diagnostic.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Tiers } from '../scenario/tiers.ts';
import { limitsOf, type Limits } from '../score/limits.ts';
import type { Plugins } from './plugins.ts';
import { sorted, unknownName } from './validate-names.ts';

/** The checks that a scenario asks for, or all there are. */
export function checkNames({ scenario, source }: LoadedScenario, plugins: Plugins, problems: Diagnostic[]): string[] {
  scenario.checks?.forEach((name, index) => {
    if (plugins.checks.has(name)) return;
    problems.push(source.atValue(['checks', index], unknownName('check', name, plugins.checks.keys()), sorted(plugins.checks.keys())));
  });
  return scenario.checks ?? [...plugins.checks.keys()];
}

/** What the drill is held to: the scenario's word, then its tier's. `plan` null: routes are left open. */
export function limitsFor(loaded: LoadedScenario, tiers: Tiers, plan: TopologyPlan | null, problems: Diagnostic[]): Limits {
  const { scenario, source } = loaded;
  const { tier } = scenario.objectives;
  const asked = tier === undefined ? undefined : tiers[String(tier)];
  if (tier !== undefined && asked === undefined) {
    problems.push(source.atValue(['objectives', 'tier'], `the tiers file has no tier ${tier}`, Object.keys(tiers).join(', ')));
  }
  if (plan !== null) problems.push(...routeProblems(loaded, routesOf(plan)));
  if (asked === undefined) return limitsOf(scenario.objectives);
  // A tier speaks of all topologies: what it asks of a route that this one has not got is nobody's promise.
  const rto = Object.entries(asked.objectives.rto).filter(([route]) => plan === null || routesOf(plan).includes(route));
  return limitsOf(scenario.objectives, { name: `tier ${tier}`, objectives: { ...asked.objectives, rto: Object.fromEntries(rto) } });
}

function routeProblems({ scenario, source }: LoadedScenario, routes: string[]): Diagnostic[] {
  return Object.keys(scenario.objectives.rto)
    .filter((route) => !routes.includes(route))
    .map((route) => source.atKey(['objectives', 'rto'], route, unknownName('route', route, routes), routes.join(', ')));
}

const routesOf = (plan: TopologyPlan): string[] => plan.routes.map(({ name }) => name).filter((name) => !name.startsWith('member:'));
