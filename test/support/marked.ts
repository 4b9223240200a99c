import { BadScenario, type Diagnostic } from '../../src/scenario/diagnostic.ts';

/** A text in which `▸` marks places: the text without the marks, and each place as `line:column`. */
export function marked(text: string): { text: string; places: string[] } {
  const places: string[] = [];
  let plain = '';
  for (const part of text.split(/(▸)/)) {
    if (part !== '▸') {
      plain += part;
      continue;
    }
    const before = plain.split('\n');
    places.push(`${before.length}:${(before.at(-1) ?? '').length + 1}`);
  }
  return { text: plain, places };
}

/** What a file is refused for. @throws what is thrown that is no refusal, and when it is not refused. */
export function refusals(act: () => unknown): readonly Diagnostic[] {
  try {
    act();
  } catch (error) {
    if (error instanceof BadScenario) return error.diagnostics;
    throw error;
  }
  throw new Error('it was accepted');
}

export const placeOf = ({ line, column }: Diagnostic): string => `${line}:${column}`;
