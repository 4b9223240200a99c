import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DrillError, messageOf } from '../base/errors.ts';
import type { CheckDefinition } from '../contract/check.ts';
import type { FaultDefinition } from '../contract/fault.ts';
import type { TopologyDefinition } from '../contract/topology.ts';

/** Everything that scenarios may name, found by looking into folders: there is no registry to edit by hand. */
export interface Plugins {
  topologies: ReadonlyMap<string, TopologyDefinition>;
  faults: ReadonlyMap<string, FaultDefinition>;
  checks: ReadonlyMap<string, CheckDefinition>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Sources here; in the published package, what was built of them. */
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * Loads the built-in plugins, and those of further folders that have `topologies/`, `faults/` and `checks/` inside.
 * @throws DrillError `bad-usage` that names the file when one cannot be loaded, has the wrong shape, or a name that is taken.
 */
export async function loadPlugins(pluginDirs: readonly string[] = []): Promise<Plugins> {
  const dirs = [{ topologies: join(root, 'topologies'), faults: join(root, 'faults'), checks: join(root, 'src/checks') }];
  for (const dir of pluginDirs)
    dirs.push({ topologies: join(dir, 'topologies'), faults: join(dir, 'faults'), checks: join(dir, 'checks') });
  const [topologies, faults, checks] = await Promise.all([
    loadAll<TopologyDefinition>(
      dirs.map((dir) => [dir.topologies, `*/topology${ending}`]),
      'kind',
      ['summary', 'params', 'plan', 'promises', 'connect'],
    ),
    loadAll<FaultDefinition>(
      dirs.map((dir) => [dir.faults, `*${ending}`]),
      'kind',
      ['summary', 'params', 'inject', 'confirm', 'heal', 'confirmHealed'],
    ),
    loadAll<CheckDefinition>(
      dirs.map((dir) => [dir.checks, `*${ending}`]),
      'name',
      ['summary', 'method', 'evaluate'],
    ),
  ]);
  return { topologies, faults, checks };
}

async function loadAll<T extends object>(
  folders: [folder: string, pattern: string][],
  key: 'kind' | 'name',
  needed: string[],
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const [folder, pattern] of folders) {
    const files = (await Array.fromAsync(glob(pattern, { cwd: folder }))).toSorted();
    const loaded = await Promise.all(
      files.map(async (file) => ({ file: join(folder, file), definition: await load<T>(join(folder, file), key, needed) })),
    );
    for (const { file, definition } of loaded) {
      const name = (definition as Record<string, string>)[key] ?? basename(file);
      if (found.has(name)) throw new DrillError(`${file}: the name ${name} is taken by another plugin`, { code: 'bad-usage' });
      found.set(name, definition);
    }
  }
  return found;
}

async function load<T>(file: string, key: string, needed: string[]): Promise<T> {
  let definition: unknown;
  try {
    ({ default: definition } = (await import(pathToFileURL(file).href)) as { default?: unknown });
  } catch (error) {
    throw new DrillError(`${file}: could not be loaded: ${messageOf(error)}`, { code: 'bad-usage', cause: error });
  }
  if (typeof definition !== 'object' || definition === null)
    throw new DrillError(`${file}: has no default export that defines a plugin`, { code: 'bad-usage' });
  const missing = [key, ...needed].filter((name) => !(name in definition));
  if (missing.length > 0) throw new DrillError(`${file}: the definition lacks ${missing.join(', ')}`, { code: 'bad-usage' });
  return definition as T;
}
