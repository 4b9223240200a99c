import type { Operation, Series } from '../../history/evidence.ts';
import type { ConnectionEvent } from '../../history/operations.ts';
import type { ReportModel } from '../schema.ts';
import { type Axis, round } from './axis.ts';

export type ProbeLane = ReportModel['timeline']['probes'][number];
type ProbeSpan = ProbeLane['spans'][number];
type Tally = Omit<ProbeSpan, 'fromSeconds' | 'toSeconds' | 'state'>;
type SlotState = 'accepted' | 'refused' | 'read-only' | 'unknown';

/** SQLSTATE read_only_sql_transaction: a standby answered. It is no writer, and it is no outage of the member either. */
const readOnlySqlState = '25006';
/** What a lane may hold before it is drawn more coarsely; a clean failover needs three. */
const spansAtMost = 400;

function slotState(operation: Operation): SlotState {
  if (operation.outcome === 'ok') return 'accepted';
  if (operation.outcome === 'info') return 'unknown';
  return operation.error?.code === readOnlySqlState ? 'read-only' : 'refused';
}

/** A series as a lane: slots in bins of one interval, like neighbours merged; wider bins only where a series flapped without end. */
export function probeLane(series: Series, connections: readonly ConnectionEvent[], axis: Axis): ProbeLane {
  const { declared, operations } = series;
  let binNs = declared.intervalNs;
  let spans = spansOf(operations, declared.t0Ns, binNs, axis);
  while (spans.length > spansAtMost) {
    binNs *= 2;
    spans = spansOf(operations, declared.t0Ns, binNs, axis);
  }
  const total = tallyOf(operations);
  return {
    series: declared.series,
    route: declared.route,
    kind: declared.kind,
    access: declared.access,
    connection: declared.connection,
    connections: declared.connections,
    intervalSeconds: round(declared.intervalNs / 1e9),
    deadlineSeconds: round(declared.deadlineNs / 1e9),
    binSeconds: round(binNs / 1e9),
    accepted: total.accepted,
    refused: total.refused,
    readOnly: total.readOnly,
    unknown: total.unknown,
    connectionsLost: connections.filter((event) => event.series === declared.series && event.state === 'lost').length,
    spans,
  };
}

function spansOf(operations: readonly Operation[], t0Ns: number, binNs: number, axis: Axis): ProbeSpan[] {
  const bins = Map.groupBy(operations, (operation) => Math.floor((operation.dueNs - t0Ns) / binNs + 1e-6));
  const spans: ProbeSpan[] = [];
  for (const [bin, slots] of [...bins].toSorted(([a], [b]) => a - b)) {
    const tally = tallyOf(slots);
    const span = {
      ...tally,
      state: stateOf(tally),
      fromSeconds: axis.at(t0Ns + bin * binNs),
      toSeconds: axis.at(t0Ns + (bin + 1) * binNs),
    };
    const last = spans.at(-1);
    // A bin without slots breaks the span: no slot, no claim.
    if (last !== undefined && last.state === span.state && span.fromSeconds - last.toSeconds < 1e-3) merge(last, span);
    else spans.push(span);
  }
  return spans;
}

function tallyOf(slots: readonly Operation[]): Tally {
  const tally: Tally = { accepted: 0, refused: 0, readOnly: 0, unknown: 0, errors: {} };
  for (const slot of slots) {
    const state = slotState(slot);
    tally[state === 'read-only' ? 'readOnly' : state] += 1;
    if (state === 'accepted') continue;
    const code = slot.error?.code ?? 'no-answer';
    tally.errors[code] = (tally.errors[code] ?? 0) + 1;
  }
  return tally;
}

function stateOf(tally: Tally): ProbeSpan['state'] {
  const present = (['accepted', 'refused', 'unknown'] as const).filter((state) => tally[state] > 0);
  if (tally.readOnly > 0) return present.length === 0 ? 'read-only' : 'mixed';
  return present.length === 1 ? (present[0] ?? 'mixed') : 'mixed';
}

function merge(into: ProbeSpan, next: ProbeSpan): void {
  into.toSeconds = next.toSeconds;
  into.accepted += next.accepted;
  into.refused += next.refused;
  into.readOnly += next.readOnly;
  into.unknown += next.unknown;
  for (const [code, times] of Object.entries(next.errors)) into.errors[code] = (into.errors[code] ?? 0) + times;
}
