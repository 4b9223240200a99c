import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../src/history/evidence.ts';
import type { JournalEvent } from '../../src/history/journal.ts';
import type { ClientEvent } from '../../src/history/operations.ts';
import type { MonitorEvent } from '../../src/history/observations.ts';

const lines = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const byTime = <T extends { atNs: number }>(events: T[]): T[] => events.toSorted((a, b) => a.atNs - b.atNs);

/** Writes evidence out as the run folder that a drill would have left: what readRun() gives for it equals the evidence. */
export function writeRunFolder(folder: string, evidence: Evidence): void {
  mkdirSync(join(folder, 'history'), { recursive: true });
  writeFileSync(join(folder, 'journal.jsonl'), lines(journalEvents(evidence)));
  writeFileSync(join(folder, 'history', 'client.jsonl'), lines(clientEvents(evidence)));
  writeFileSync(join(folder, 'history', 'monitor.jsonl'), lines(monitorEvents(evidence)));
  if (evidence.final !== null) writeFileSync(join(folder, 'history', 'final.json'), JSON.stringify(evidence.final));
}

export function journalEvents(evidence: Evidence): JournalEvent[] {
  const phases = evidence.phases.flatMap(({ phase, startNs, endNs, failed, detail }): JournalEvent[] => [
    { type: 'phase', atNs: startNs, phase, state: 'started' },
    ...(endNs === null ? [] : [{ type: 'phase', atNs: endNs, phase, ...outcomeOf(failed, detail) } as const]),
  ]);
  const rest: JournalEvent[] = [
    ...evidence.faults.flatMap(({ changes }) => changes),
    ...evidence.parameters,
    ...evidence.clocks,
    ...evidence.warnings,
    ...evidence.divergences.map(({ member, divergence, reason }) => ({
      type: 'divergence' as const,
      atNs: divergence?.atNs ?? 0,
      member,
      divergence,
      ...(reason === null ? {} : { reason }),
    })),
    ...(evidence.stopped === null ? [] : [{ type: 'stopped' as const, ...evidence.stopped }]),
  ];
  return [evidence.run, ...byTime([...phases, ...rest])];
}

function outcomeOf(failed: string | null, detail: string | null): { state: 'ended' | 'failed'; detail?: string } {
  if (failed !== null) return { state: 'failed', detail: failed };
  return detail === null ? { state: 'ended' } : { state: 'ended', detail };
}

export function clientEvents(evidence: Evidence): ClientEvent[] {
  const { epochNs } = evidence.run;
  const events: ClientEvent[] = [{ type: 'client-start', client: 'client1', zone: 'app', atNs: 0, epochNs, bootId: 'synthetic' }];
  for (const { declared } of evidence.series.values()) events.push(declared);
  for (const { operations } of evidence.series.values()) {
    for (const { series, op, dueNs, startNs, endNs, outcome, error, value } of operations) {
      if (error?.code !== 'no-connection') events.push({ type: 'invoke', series, op, dueNs, startNs });
      const extra = { ...(error === undefined ? {} : { error }), ...(value === undefined ? {} : { value }) };
      if (endNs !== null) events.push({ type: 'complete', series, op, dueNs, startNs, endNs, outcome, ...extra });
    }
  }
  events.push(...evidence.connections, ...evidence.lag.filter(({ source }) => source !== 'harness'));
  if (evidence.clientEnded)
    events.push({ type: 'client-end', client: 'client1', atNs: evidence.final?.capturedNs ?? 0, reason: 'stopped' });
  return events;
}

export function monitorEvents(evidence: Evidence): MonitorEvent[] {
  const harnessLag = evidence.lag.filter(({ source }) => source === 'harness');
  return byTime([...evidence.members, ...evidence.leaders, ...evidence.routes, ...evidence.log, ...evidence.host, ...harnessLag]);
}
