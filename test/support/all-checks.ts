import { readdirSync } from 'node:fs';
import type { CheckDefinition } from '../../src/contract/check.ts';

const folder = new URL('../../src/checks/', import.meta.url);

/** Every built-in check, by file name. */
export async function allChecks(): Promise<CheckDefinition[]> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .toSorted();
  return Promise.all(files.map(async (file) => ((await import(new URL(file, folder).href)) as { default: CheckDefinition }).default));
}
