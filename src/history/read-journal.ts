import { DrillError } from '../base/errors.ts';
import { isLsn } from '../base/lsn.ts';
import { scenarioSchema, type Scenario } from '../scenario/schema.ts';
import type { Evidence, FaultRecord } from './evidence.ts';
import type { FaultChanged, JournalEvent, PhaseChanged, RunStarted } from './journal.ts';
import { FileDefects, readJsonLines } from './lines.ts';
import { asJournalEvent } from './shapes.ts';

export type JournalRead = Pick<
  Evidence,
  'run' | 'scenario' | 'phases' | 'faults' | 'parameters' | 'clocks' | 'warnings' | 'divergences' | 'stopped' | 'defects'
>;

/** Reads a run's journal. @throws DrillError `history-invalid` when there is none, or none that says which run and scenario it is of. */
export async function readJournal(path: string): Promise<JournalRead> {
  const events: JournalEvent[] = [];
  const defects = new FileDefects('journal.jsonl');
  const read = await readJsonLines(path, defects, (record) => {
    const shaped = asJournalEvent(record);
    if ('complaint' in shaped) return shaped.complaint;
    const { event } = shaped;
    if (event.type === 'divergence' && event.divergence !== null && !isLsn(event.divergence.endLsn))
      return 'divergence without a proper endLsn';
    events.push(event);
    return null;
  });
  if (!read.found)
    throw new DrillError(`${path}: ${read.reason}`, { code: 'history-invalid', hint: 'give the folder of a run: reports/runs/<run>' });
  const run = events.find((event) => event.type === 'run');
  if (run === undefined) throw new DrillError(`${path}: it does not say which run it is of`, { code: 'history-invalid' });
  const all = <T extends JournalEvent['type']>(type: T) =>
    events.filter((event): event is Extract<JournalEvent, { type: T }> => event.type === type);
  const stopped = all('stopped')[0];
  return {
    run,
    scenario: scenarioOf(run, path),
    phases: phasesOf(all('phase')),
    faults: faultsOf(all('fault'), defects),
    parameters: all('parameter'),
    clocks: all('clock'),
    warnings: all('warning'),
    divergences: all('divergence').map(({ member, divergence, reason }) => ({ member, divergence, reason: reason ?? null })),
    stopped: stopped === undefined ? null : { by: stopped.by, reason: stopped.reason, atNs: stopped.atNs },
    defects: defects.list(),
  };
}

function scenarioOf(run: RunStarted, path: string): Scenario {
  const parsed = scenarioSchema.safeParse(run.scenario);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? '' : `: ${issue.path.join('.')}: ${issue.message}`;
  throw new DrillError(`${path}: the scenario in it cannot be read${where}`, { code: 'history-invalid', cause: parsed.error });
}

function phasesOf(events: PhaseChanged[]): Evidence['phases'] {
  const phases: Evidence['phases'] = [];
  for (const { phase, state, atNs, detail } of events) {
    if (state === 'started') {
      phases.push({ phase, startNs: atNs, endNs: null, failed: null, detail: null });
      continue;
    }
    const open = phases.findLast((one) => one.phase === phase && one.endNs === null);
    if (open === undefined) continue;
    open.endNs = atNs;
    if (state === 'failed') open.failed = detail ?? 'it failed';
    else open.detail = detail ?? null;
  }
  return phases;
}

function faultsOf(events: FaultChanged[], defects: FileDefects): FaultRecord[] {
  const byFault = Map.groupBy(events, (event) => event.fault);
  return [...byFault.values()].map((changes) => faultRecord(changes, defects));
}

function faultRecord(changes: FaultChanged[], defects: FileDefects): FaultRecord {
  const first = (state: FaultChanged['state']): FaultChanged | undefined => changes.find((change) => change.state === state);
  const { fault, kind } = changes[0] as FaultChanged;
  const last = changes.at(-1) as FaultChanged;
  const injecting = first('injecting');
  const healing = first('healing');
  const failed = first('failed');
  return {
    fault,
    kind,
    target: last.target,
    // Targets are resolved when the fault fires: what it was planned on may not name nodes yet.
    nodes: changes.findLast((change) => change.nodes.length > 0)?.nodes ?? [],
    params: changes.find((change) => change.params !== undefined)?.params ?? {},
    changes,
    injectedNs: injecting?.atNs ?? null,
    activeNs: effectOf(first('active'), injecting, defects),
    healingNs: healing?.atNs ?? null,
    healedNs: effectOf(first('healed'), healing, defects),
    failed: failed === undefined ? null : (failed.reason ?? 'it failed'),
  };
}

/** When the effect began as its evidence dates it: never before the step was asked for, and never after it was seen. */
function effectOf(proof: FaultChanged | undefined, asked: FaultChanged | undefined, defects: FileDefects): number | null {
  if (proof === undefined) return null;
  const effectiveNs = proof.effectiveNs ?? proof.atNs;
  const earliestNs = asked?.atNs ?? -Infinity;
  if (effectiveNs < earliestNs || effectiveNs > proof.atNs) {
    defects.add(`fault ${proof.fault} is dated outside of the time in which it was made ${proof.state}`);
  }
  return Math.min(Math.max(effectiveNs, earliestNs), proof.atNs);
}
