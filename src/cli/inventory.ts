import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadPlugins, type Plugins } from '../drill/plugins.ts';
import { findScenarios } from './scenarios.ts';

export type InventoryKind = 'topologies' | 'faults' | 'checks' | 'scenarios';

/** What `list` tells, as data. Parameters are JSON Schema (draft-07) of what a scenario may write. */
export interface Inventory {
  topologies: { kind: string; summary: string; capabilities: readonly string[]; notSimulated: readonly string[]; params: unknown }[];
  faults: {
    kind: string;
    summary: string;
    does: string;
    target: 'nodes' | 'link' | 'none';
    needs: readonly string[];
    notSimulated: readonly string[];
    params: unknown;
  }[];
  checks: { name: string; summary: string; method: string }[];
  scenarios: { file: string; name: string; title: string; topology: string; faults: string[] }[];
}

export async function takeInventory(wanted: readonly InventoryKind[]): Promise<Inventory> {
  const plugins = await loadPlugins();
  return {
    topologies: topologies(plugins),
    faults: faults(plugins),
    checks: [...plugins.checks.values()].map(({ name, summary, method }) => ({ name, summary, method })),
    scenarios: wanted.includes('scenarios') ? await scenarios() : [],
  };
}

function topologies({ topologies: found }: Plugins): Inventory['topologies'] {
  return [...found.values()].map(({ kind, summary, capabilities, notSimulated, params }) => ({
    kind,
    summary,
    capabilities,
    notSimulated,
    params: schemaOf(params),
  }));
}

function faults({ faults: found }: Plugins): Inventory['faults'] {
  return [...found.values()].map(({ kind, summary, does, target, needs, notSimulated, params }) => ({
    kind,
    summary,
    does,
    target,
    needs,
    notSimulated,
    params: schemaOf(params),
  }));
}

function schemaOf(params: z.ZodObject): unknown {
  return z.toJSONSchema(params, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
}

/** Enough of a scenario for a list. One that is not valid is listed all the same: `validate` says what is wrong with it. */
const outline = z.object({
  name: z.string().catch(''),
  title: z.string().catch('(not a valid scenario: see `pgdrill validate`)'),
  topology: z.object({ kind: z.string().catch('') }).catch({ kind: '' }),
  timeline: z.array(z.object({ fault: z.string().catch('') })).catch([]),
});

async function scenarios(): Promise<Inventory['scenarios']> {
  const files = await findScenarios();
  return Promise.all(
    files.map(async (file) => {
      const { name, title, topology, timeline } = outline.catch(outline.parse({})).parse(await yamlOf(file));
      return { file, name, title, topology: topology.kind, faults: timeline.map(({ fault }) => fault) };
    }),
  );
}

async function yamlOf(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch {
    return {};
  }
}
