import { diagnosticsOf } from './issues.ts';
import { BadScenario } from './diagnostic.ts';
import { scenarioSchema, type Scenario } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

/** A scenario that is well-formed; whether its topology can do what it asks for is for drill/validate.ts to say. */
export interface LoadedScenario {
  source: YamlSource;
  /** As written. */
  input: unknown;
  scenario: Scenario;
}

/**
 * Reads a scenario from its text. Pure.
 * @throws BadScenario (a DrillError `bad-scenario`) with everything that is wrong, each with file:line:column.
 */
export function loadScenario(text: string, file: string): LoadedScenario {
  const source = new YamlSource(text, file);
  const parsed = scenarioSchema.safeParse(source.data);
  if (!parsed.success) throw new BadScenario(diagnosticsOf(parsed.error, source, scenarioSchema));
  return { source, input: source.data, scenario: parsed.data };
}
