import { atSeconds, conclude, defectsOf, defineCheck, named } from 'pgdrill';
import type { CheckResult, FinalState, Offence, RunEvidence, Series } from 'pgdrill';

/** A series that ends this long before the others was not asking at the end. */
const endWithinNs = 5e9;

export default defineCheck({
  name: 'LIVE',
  summary: 'Every route is served again at the end, writes included',
  method:
    'The last operations of every series on a route (as many as the scenario counts as recovered) must be acknowledged, and a new connection during the capture must reach a ' +
    'server that is not in recovery on `rw`, and any server on the other routes. It tells the end of the drill, not how long it took.',
  evaluate(evidence): CheckResult {
    const { final, scenario } = evidence;
    const series = [...evidence.series.values()].filter(({ declared }) => !declared.route.startsWith('member:'));
    const endNs = series.reduce((last, { operations }) => Math.max(last, operations.at(-1)?.dueNs ?? 0), 0);
    const ended = series.map((one) => ending(one, endNs, scenario.measure.consecutive));
    const offences = [...ended.flatMap(({ offence }) => offence ?? []), ...(final === null ? [] : unservedRoutes(final))];
    const routes = new Set(series.map(({ declared }) => declared.route));
    return conclude({
      asked: `${series.length} series on ${[...routes].join(', ')}, the last ${scenario.measure.consecutive} operations of each, and a new connection on each route`,
      clean: 'all were served',
      broken: `${offences.length} were not served`,
      offences,
      missing: [
        ...ended.flatMap(({ missing }) => missing ?? []),
        ...(series.length === 0 ? ['no series ran on a route'] : []),
        ...missingRoutes(evidence, routes),
        ...defectsOf(evidence),
      ],
    });
  },
});

/** How a series ended; what was still under way when the client stopped says nothing. */
function ending(series: Series, endNs: number, consecutive: number): { offence?: Offence; missing?: string } {
  const name = series.declared.series;
  const ended = series.operations.filter((operation) => operation.endNs !== null).slice(-consecutive);
  const lastNs = ended.at(-1)?.dueNs ?? 0;
  if (ended.length < consecutive) return { missing: `${name} has ${ended.length} operations` };
  if (endNs - lastNs > endWithinNs) return { missing: `${name} was not asking any more from ${atSeconds(lastNs)} on` };
  const refused = ended.filter(({ outcome }) => outcome !== 'ok');
  const [first] = refused;
  if (first === undefined) return {};
  const what = `${name}: ${refused.length} of the last ${consecutive} were not served (${first.error?.code ?? 'no answer'}: ${first.error?.message ?? 'unknown'})`;
  return { offence: { what, atNs: first.dueNs, operations: named(refused) } };
}

function unservedRoutes(final: FinalState): Offence[] {
  return final.routes.flatMap(({ route, server, inRecovery, error }) => {
    if (server === null) return [{ what: `a new connection on ${route} reached no server: ${error ?? 'no reason given'}` }];
    return route === 'rw' && inRecovery === true ? [{ what: `a new connection on rw reached ${server}, which is in recovery` }] : [];
  });
}

function missingRoutes({ final }: RunEvidence, routes: ReadonlySet<string>): string[] {
  if (final === null) return ['the final state was not captured'];
  return [...routes]
    .filter((route) => final.routes.every((one) => one.route !== route))
    .map((route) => `route ${route} is not in the final state`);
}
