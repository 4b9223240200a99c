import { isLsn } from '../base/lsn.ts';
import type { Evidence } from './evidence.ts';
import { OperationJoin } from './join.ts';
import { FileDefects, readJsonLines } from './lines.ts';
import { asClientEvent } from './shapes.ts';
import type { ClientEvent } from './operations.ts';

export type ClientHistory = Pick<Evidence, 'series' | 'connections' | 'lag' | 'clientEnded' | 'defects'>;

interface ClientFile {
  path: string;
  /** Name for defects: `history/client.jsonl`. */
  name: string;
}

/** Reads the history files of all clients of a run whose times count from `epochNs`. */
export async function readClients(files: readonly ClientFile[], epochNs: string): Promise<ClientHistory> {
  const join = new OperationJoin();
  const history: Omit<ClientHistory, 'series'> = { connections: [], lag: [], clientEnded: files.length > 0, defects: [] };
  if (files.length === 0) history.defects.push('history/client.jsonl: the file is missing');
  for (const { path, name } of files) {
    const defects = new FileDefects(name);
    let ended = false;
    const read = await readJsonLines(path, defects, (record) => {
      const shaped = asClientEvent(record);
      if ('complaint' in shaped) return shaped.complaint;
      if (shaped.event.type === 'client-end') ended = shaped.event.reason !== 'history-write-failed';
      return take(shaped.event, join, history, epochNs);
    });
    if (!read.found) defects.add(read.reason);
    history.clientEnded &&= ended;
    history.defects.push(...defects.list());
  }
  const { series, defects } = join.finish();
  history.connections.sort((a, b) => a.atNs - b.atNs);
  return { ...history, series, defects: [...history.defects, ...defects] };
}

function take(event: ClientEvent, join: OperationJoin, history: Omit<ClientHistory, 'series'>, epochNs: string): string | null {
  switch (event.type) {
    case 'invoke':
      return join.invoke(event);
    case 'complete':
      if (event.value?.lsn !== undefined && !isLsn(event.value.lsn)) return `${event.series} ${event.op}: not a WAL position`;
      return join.complete(event);
    case 'series':
      return join.declare(event);
    case 'connection':
      history.connections.push(event);
      return null;
    case 'lag':
      history.lag.push(event);
      return null;
    case 'client-start':
      return event.epochNs === epochNs ? null : `client ${event.client} counts from another epoch than the run`;
    case 'client-end':
      return null;
  }
}
