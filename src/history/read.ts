import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from './evidence.ts';
import { readClients } from './read-client.ts';
import { readFinal } from './read-final.ts';
import { readJournal } from './read-journal.ts';
import { readMonitor } from './read-monitor.ts';

/**
 * Reads a run folder back into evidence. What is missing or damaged is told in `defects` and read around, so that a drill
 * that was cut off can still be looked at; whether it can be judged is the verdict's question.
 * @throws DrillError `history-invalid` when the journal is missing or does not say which run and scenario it is of.
 */
export async function readRun(folder: string): Promise<Evidence> {
  const journal = await readJournal(join(folder, 'journal.jsonl'));
  const names = (await listHistory(folder)).filter((name) => /^client.*\.jsonl$/.test(name)).sort();
  const files = names.map((name) => ({ path: join(folder, 'history', name), name: `history/${name}` }));
  const [clients, monitor, { final, reason }] = await Promise.all([
    readClients(files, journal.run.epochNs),
    readMonitor(join(folder, 'history', 'monitor.jsonl'), 'history/monitor.jsonl'),
    readFinal(join(folder, 'history', 'final.json')),
  ]);
  return {
    ...journal,
    ...clients,
    ...monitor,
    lag: [...clients.lag, ...monitor.lag].sort((a, b) => a.atNs - b.atNs),
    final,
    defects: [...journal.defects, ...clients.defects, ...monitor.defects, ...(reason === null ? [] : [`history/final.json: ${reason}`])],
  };
}

async function listHistory(folder: string): Promise<string[]> {
  try {
    return await readdir(join(folder, 'history'));
  } catch {
    return [];
  }
}
