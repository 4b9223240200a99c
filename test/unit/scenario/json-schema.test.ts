import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '../../../src/scenario/json-schema.ts';
import { scenarioSchema } from '../../../src/scenario/schema.ts';
import { loadPlugins } from '../../../src/drill/plugins.ts';
import { scenarioInput } from '../../support/scenario-arbitrary.ts';

const tracked = join(import.meta.dirname, '../../../schemas/scenario.schema.json');
let schema: Record<string, unknown>;
let plain: Record<string, unknown>;
beforeAll(async () => {
  const { topologies, faults, checks } = await loadPlugins();
  schema = scenarioJsonSchema({ topologies: topologies.values(), faults: faults.values(), checks: checks.values() });
  plain = scenarioJsonSchema({ topologies: [], faults: [], checks: [] });
});

const example = {
  version: 1,
  name: 'x',
  title: 'x',
  topology: { kind: 'patroni-ha', params: { ttl: '20s', synchronousMode: 'strict', pool: { mode: 'session' } } },
  timeline: [
    { at: '0s', fault: 'process-kill', target: 'primary', with: { process: 'postmaster' } },
    { at: '5s', fault: 'switchover' },
  ],
  checks: ['RPO'],
};
const accepts = (value: unknown): boolean => new Ajv({ allowUnionTypes: true }).validate(schema, value);
const changed = (path: string, value: unknown): unknown => {
  const copy = structuredClone(example) as Record<string, unknown>;
  const keys = path.split('.');
  let here = copy;
  for (const key of keys.slice(0, -1)) here = here[key] as Record<string, unknown>;
  here[keys.at(-1) ?? ''] = value;
  return copy;
};

describe('the published schema of scenarios', () => {
  it('is the tracked one; else: npx pgdrill schema scenario > schemas/scenario.schema.json', () => {
    expect(schema).toEqual(JSON.parse(readFileSync(tracked, 'utf8')));
  });

  it('is draft-07', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    expect(new Ajv({ allowUnionTypes: true }).validateSchema(schema)).toBe(true);
  });

  it('accepts what is right', () => {
    expect(accepts(example)).toBe(true);
  });

  it.each([
    ['an unknown key', 'objectivs', {}],
    ['a duration without a unit', 'phases', { baseline: 5 }],
    ['an unknown topology', 'topology.kind', 'patroni'],
    ['a parameter that the topology has not got', 'topology.params.tttl', '20s'],
    ['a parameter of another type', 'topology.params.ttl', 20],
    ['an unknown fault', 'timeline.0.fault', 'proces-kill'],
    ['a parameter that the fault has not got', 'timeline.0.with.sig', 'KILL'],
    ['a word that is not one of the parameter’s', 'timeline.0.with.process', 'postgres'],
    ['a parameter that is missing', 'timeline.0', { at: '0s', fault: 'process-kill', target: 'primary' }],
    ['a parameter of another fault', 'timeline.1.with', { process: 'postmaster' }],
    ['an unknown check', 'checks.0', 'RPOS'],
  ])('refuses %s', (_, path, value) => {
    expect(accepts(changed(path, value))).toBe(false);
  });

  it('accepts what the loader accepts, plugins aside', () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(plain);
    fc.assert(
      fc.property(scenarioInput, (input) => {
        expect({ loader: scenarioSchema.safeParse(input).success, schema: validate(input) }).toEqual({ loader: true, schema: true });
      }),
    );
  });
});
