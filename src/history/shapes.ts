import type { JournalEvent } from './journal.ts';
import type { JsonRecord } from './lines.ts';
import type { MonitorEvent } from './observations.ts';
import type { ClientEvent } from './operations.ts';

/** What a field must hold. `index`: a whole number from 0; an array: one of these words; a trailing `?`: may be absent; `|null`: may be null. */
type Kind =
  'text' | 'number' | 'index' | 'flag' | 'object' | 'list' | 'object|null' | 'text|null' | 'number?' | 'object?' | readonly string[];
type Shape = Record<string, Kind>;

const operation: Shape = { series: 'text', op: 'index', dueNs: 'number', startNs: 'number' };
const lag: Shape = {
  source: 'text',
  atNs: 'number',
  windowNs: 'number',
  p50Ms: 'number',
  p99Ms: 'number',
  maxMs: 'number',
  cpuMs: 'number',
};

const clientShapes: Record<ClientEvent['type'], Shape> = {
  'client-start': { client: 'text', atNs: 'number', epochNs: 'text' },
  'client-end': { client: 'text', atNs: 'number', reason: ['stopped', 'signal', 'history-write-failed'] },
  series: {
    series: 'text',
    kind: ['probe', 'ledger', 'bank'],
    route: 'text',
    access: ['write', 'read'],
    connection: ['persistent', 'new'],
    t0Ns: 'number',
    intervalNs: 'number',
    deadlineNs: 'number',
  },
  invoke: operation,
  complete: { ...operation, endNs: 'number', outcome: ['ok', 'fail', 'info'], error: 'object?', value: 'object?' },
  connection: { series: 'text', atNs: 'number', state: ['connected', 'lost', 'refused'] },
  lag,
};

const monitorShapes: Record<MonitorEvent['type'], Shape> = {
  member: { atNs: 'number', member: 'text', sql: 'object|null', agent: 'object|null' },
  leader: { atNs: 'number', holder: 'text|null', how: ['initial', 'acquired', 'expired', 'released', 'lost-sight'] },
  route: { atNs: 'number', route: 'text', server: 'text', up: 'flag' },
  log: { atNs: 'number', node: 'text', program: 'text', what: 'text', text: 'text' },
  host: { atNs: 'number', load1: 'number' },
  lag,
};

const journalShapes: Record<JournalEvent['type'], Shape> = {
  run: {
    atNs: 'number',
    runId: 'text',
    epochNs: 'text',
    epochWallMs: 'number',
    scenario: 'object',
    scenarioHash: 'text',
    seed: 'number',
    images: 'object',
    nodes: 'list',
    environment: 'object',
  },
  phase: { atNs: 'number', phase: 'text', state: ['started', 'ended', 'failed'] },
  resource: { atNs: 'number', action: 'text', kind: 'text', name: 'text' },
  fault: {
    atNs: 'number',
    fault: 'text',
    kind: 'text',
    state: ['planned', 'injecting', 'active', 'healing', 'healed', 'failed'],
    target: 'text',
    nodes: 'list',
    effectiveNs: 'number?',
  },
  divergence: { atNs: 'number', member: 'text', divergence: 'object|null' },
  parameter: { atNs: 'number', name: 'text', asked: 'text', inForce: 'text' },
  clock: { atNs: 'number', client: 'text', sameKernel: 'flag', offsetNs: 'number', boundNs: 'number' },
  warning: { atNs: 'number', code: 'text', message: 'text', invalidates: 'flag' },
  stopped: { atNs: 'number', by: ['interrupt', 'guard'], reason: 'text' },
  ended: { atNs: 'number', verdict: 'text' },
};

/** A line as the event it is, or what is wrong with it. */
type Shaped<E> = { event: E } | { complaint: string };

export const asClientEvent = (record: JsonRecord): Shaped<ClientEvent> => shaped<ClientEvent>(clientShapes, record);
export const asMonitorEvent = (record: JsonRecord): Shaped<MonitorEvent> => shaped<MonitorEvent>(monitorShapes, record);
export const asJournalEvent = (record: JsonRecord): Shaped<JournalEvent> => shaped<JournalEvent>(journalShapes, record);

function shaped<E>(shapes: Record<string, Shape>, record: JsonRecord): Shaped<E> {
  const type = record['type'];
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (shape === undefined) return { complaint: `unknown event type ${JSON.stringify(type)}` };
  for (const field in shape) {
    const kind = shape[field];
    if (kind !== undefined && !holds(kind, record[field])) return { complaint: `${String(type)} without a proper ${field}` };
  }
  return { event: record as E };
}

function holds(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isFinite(value);
    case 'index':
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case 'flag':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null;
    case 'object|null':
      return typeof value === 'object';
    case 'text|null':
      return value === null || typeof value === 'string';
    case 'number?':
      return value === undefined || Number.isFinite(value);
    case 'object?':
      return value === undefined || (typeof value === 'object' && value !== null);
    default:
      return kind.some((word) => word === value);
  }
}
