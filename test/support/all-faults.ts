import { readdir } from 'node:fs/promises';
import type { FaultDefinition } from '../../src/index.ts';

const folder = new URL('../../faults/', import.meta.url);

/** Files in `faults/`, and what each exports, in the same order. */
export const faultFiles = (await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted();
export const faults = await Promise.all(
  faultFiles.map(async (file) => ((await import(new URL(file, folder).href)) as { default: FaultDefinition }).default),
);

export function faultNamed(kind: string): FaultDefinition {
  const fault = faults.find((candidate) => candidate.kind === kind);
  if (fault === undefined) throw new Error(`no ${kind}`);
  return fault;
}
