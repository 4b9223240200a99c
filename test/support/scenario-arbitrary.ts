import fc from 'fast-check';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,11}$/);
const optional = { requiredKeys: [] };

/** A duration as people write it, from 1 s to an hour. */
export const durationText = fc
  .tuple(fc.integer({ min: 1, max: 3600 }), fc.constantFrom('ms', 's', 'm', 'h'))
  .map(([amount, unit]) =>
    unit === 'ms' ? `${amount * 1000}ms` : unit === 's' ? `${amount}s` : unit === 'm' ? `${amount / 60}m` : `${amount / 3600}h`,
  )
  .filter((text) => !text.includes('e'));

const json = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.array(fc.string(), { maxLength: 2 }));
const params = fc.dictionary(name, json, { maxKeys: 3 });

const entry = fc.record(
  {
    at: durationText,
    fault: name,
    target: fc.oneof(
      fc.constantFrom('primary', 'one-replica', 'pg2'),
      name.map((zone) => ({ zone })),
    ),
    with: params,
    for: durationText,
  },
  { requiredKeys: ['at', 'fault'] },
);

/** Scenarios that the schema accepts. */
export const scenarioInput: fc.Arbitrary<ScenarioInput> = fc.record(
  {
    version: fc.constant(1 as const),
    name,
    title: fc.string({ minLength: 1, maxLength: 120 }),
    description: fc.string(),
    topology: fc.record({ kind: name, params, postgres: fc.integer({ min: 13, max: 30 }) }, { requiredKeys: ['kind'] }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    phases: fc.record({ baseline: durationText, observe: durationText, steady: durationText }, optional),
    timeline: fc.array(entry, { minLength: 1, maxLength: 5 }),
    objectives: fc.record(
      {
        tier: fc.integer({ min: 0, max: 3 }),
        rto: fc.dictionary(fc.constantFrom('rw', 'ro'), durationText),
        rpo: fc.record({ transactions: fc.nat(), seconds: durationText }, optional),
        failover: fc.constantFrom('expected' as const, 'none' as const),
      },
      optional,
    ),
  },
  { requiredKeys: ['version', 'name', 'title', 'topology', 'timeline'] },
);
