import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** What is known of the plugins that a scenario may name: enough for an editor to complete and to check. */
export interface KnownPlugins {
  topologies: Iterable<{ kind: string; summary: string; params: z.ZodObject }>;
  faults: Iterable<{ kind: string; summary: string; params: z.ZodObject }>;
  checks: Iterable<{ name: string }>;
}

type Json = Record<string, unknown>;
const draft = { target: 'draft-7', io: 'input', unrepresentable: 'any' } as const;

/**
 * The JSON Schema (draft-07) of a scenario file: names of plugins as enumerations, the parameters of each where it is
 * named. Where no plugins are given, their names are left open.
 */
export function scenarioJsonSchema(known: KnownPlugins): Json {
  const { $schema: _draft, ...shape } = z.toJSONSchema(scenarioSchema, draft) as Json;
  const properties = shape['properties'] as Record<string, Json>;
  const topology = properties['topology'] as Json;
  const timeline = properties['timeline'] as Json;
  const entry = timeline['items'] as Json;
  name(topology, 'kind', 'params', [...known.topologies]);
  name(entry, 'fault', 'with', [...known.faults]);
  const checks = [...known.checks].map((check) => check.name);
  if (checks.length > 0) (properties['checks'] as Json)['items'] = { enum: checks };
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'pgdrill scenario', ...shape };
}

/** `kind` is one of those known, and what stands under `under` is what that one takes. */
function name(object: Json, kind: string, under: string, plugins: { kind: string; summary: string; params: z.ZodObject }[]): void {
  if (plugins.length === 0) return;
  const properties = object['properties'] as Record<string, Json>;
  properties[kind] = { ...properties[kind], enum: plugins.map((plugin) => plugin.kind) };
  object['allOf'] = plugins.map((plugin) => {
    const { $schema: _draft, ...params } = z.toJSONSchema(plugin.params, draft) as Json;
    const then = { properties: { [under]: { description: plugin.summary, ...params } } };
    // What has to be said of it has nowhere else to stand.
    const needed = Array.isArray(params['required']) ? { required: [under] } : {};
    return { if: { properties: { [kind]: { const: plugin.kind } } }, then: { ...then, ...needed } };
  });
}
