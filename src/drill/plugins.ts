import { glob } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { DrillError, messageOf } from '../base/errors.ts';
import type { CheckDefinition } from '../contract/check.ts';
import type { FaultDefinition } from '../contract/fault.ts';
import type { TopologyDefinition } from '../contract/topology.ts';
import { checkShape, faultShape, shapeProblems, topologyShape } from './plugin-shapes.ts';

/** Everything that scenarios may name, found by looking into folders: there is no registry to edit by hand. */
export interface Plugins {
  topologies: ReadonlyMap<string, TopologyDefinition>;
  faults: ReadonlyMap<string, FaultDefinition>;
  checks: ReadonlyMap<string, CheckDefinition>;
}

/** Where one sort of plugin lies, and how its files end. */
interface Place {
  folder: string;
  endings: readonly string[];
}

interface Sort {
  key: 'kind' | 'name';
  shape: z.ZodObject;
  /** File name without its ending. */
  file: string;
}

const sorts = {
  topologies: { key: 'kind', shape: topologyShape, file: '*/topology' },
  faults: { key: 'kind', shape: faultShape, file: '*' },
  checks: { key: 'name', shape: checkShape, file: '*' },
} as const satisfies Record<keyof Plugins, Sort>;

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Sources here; in the published package, what was built of them. A user's own may be either. */
const builtIn = [import.meta.url.endsWith('.ts') ? 'ts' : 'js'];
const anyOwn = ['ts', 'js', 'mjs'];

/** Folders with plugins of the user's own: PGDRILL_PLUGINS, separated as in PATH. The same for every command, so that a run is judged by what it ran with. */
const ownFolders = (): string[] =>
  (process.env['PGDRILL_PLUGINS'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder));

/**
 * Loads the built-in plugins, and those of further folders that have `topologies/`, `faults/` and `checks/` inside.
 * @throws DrillError `bad-usage` that names the file when one cannot be loaded, has the wrong shape, or a name that is taken.
 */
export async function loadPlugins(pluginDirs: readonly string[] = ownFolders()): Promise<Plugins> {
  const places = (name: keyof Plugins): Place[] => [
    { folder: join(root, name === 'checks' ? 'src/checks' : name), endings: builtIn },
    ...pluginDirs.map((dir) => ({ folder: join(dir, name), endings: anyOwn })),
  ];
  const [topologies, faults, checks] = await Promise.all([
    loadAll<TopologyDefinition>(places('topologies'), sorts.topologies),
    loadAll<FaultDefinition>(places('faults'), sorts.faults),
    loadAll<CheckDefinition>(places('checks'), sorts.checks),
  ]);
  return { topologies, faults, checks };
}

async function loadAll<T>(places: readonly Place[], sort: Sort): Promise<Map<string, T>> {
  const files = (await Promise.all(places.map((place) => filesOf(place, sort)))).flat();
  const loaded = await Promise.all(files.map(async (file) => ({ file, definition: await load(file, sort.shape) })));
  const found = new Map<string, { file: string; definition: Record<string, unknown> }>();
  for (const one of loaded) {
    const name = String(one.definition[sort.key]);
    const taken = found.get(name);
    if (taken !== undefined) throw unusable(one.file, `the name ${name} is taken by ${taken.file}`);
    found.set(name, one);
  }
  return new Map([...found].map(([name, { definition }]) => [name, definition as T]));
}

async function filesOf({ folder, endings }: Place, { file }: Sort): Promise<string[]> {
  const patterns = endings.map((ending) => `${file}.${ending}`);
  const found = await Array.fromAsync(glob(patterns, { cwd: folder }));
  return found
    .filter((path) => !path.endsWith('.d.ts'))
    .toSorted()
    .map((path) => join(folder, path));
}

async function load(file: string, shape: z.ZodObject): Promise<Record<string, unknown>> {
  let definition: unknown;
  try {
    ({ default: definition } = (await import(pathToFileURL(file).href)) as { default?: unknown });
  } catch (error) {
    throw unusable(file, `it could not be loaded: ${messageOf(error)}`, error);
  }
  const problems = shapeProblems(shape, definition);
  if (problems.length > 0) throw unusable(file, problems.join('; '));
  return definition as Record<string, unknown>;
}

function unusable(file: string, why: string, cause?: unknown): DrillError {
  return new DrillError(`${file} is no plugin: ${why}`, { code: 'bad-usage', ...(cause === undefined ? {} : { cause }) });
}
