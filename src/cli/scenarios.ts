import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DrillError } from '../base/errors.ts';
import { loadPlugins } from '../drill/plugins.ts';
import { validateFile, type ValidatedScenario } from '../drill/validate.ts';
import { fromHere } from './output.ts';

/** What became of a scenario file: accepted, or refused with the reason. */
export type Checked = { file: string; valid: ValidatedScenario } | { file: string; refused: DrillError };

/** Checks scenario files without an engine. Only refusals are values: a defect of ours is thrown. */
export async function checkScenarios(files: readonly string[]): Promise<Checked[]> {
  const plugins = await loadPlugins();
  return Promise.all(
    files.map(async (file): Promise<Checked> => {
      try {
        return { file, valid: await validateFile(file, plugins) };
      } catch (error) {
        if (error instanceof DrillError && error.code !== 'internal') return { file, refused: error };
        throw error;
      }
    }),
  );
}

/** @throws DrillError `bad-scenario` that tells of every file that is refused. */
export async function requireScenarios(files: readonly string[]): Promise<ValidatedScenario[]> {
  const checked = await checkScenarios(files);
  const refused = checked.flatMap((one) => ('refused' in one ? [one.refused] : []));
  const [first] = refused;
  if (first !== undefined && refused.length === 1) throw first;
  if (first !== undefined) throw new DrillError(refused.map(({ message }) => message).join('\n'), { code: first.code });
  return checked.flatMap((one) => ('valid' in one ? [one.valid] : []));
}

const builtIn = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** Scenario files that come with pgdrill, and those under `scenarios/` here; as paths from here, sorted. Tier tables are none. */
export async function findScenarios(): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of new Set([builtIn, join(process.cwd(), 'scenarios')])) {
    for await (const file of glob('*/**/*.{yaml,yml}', { cwd: folder })) found.add(fromHere(join(folder, file)));
  }
  return [...found].toSorted();
}
