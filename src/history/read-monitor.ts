import type { Evidence } from './evidence.ts';
import { FileDefects, readJsonLines } from './lines.ts';
import type { MonitorEvent } from './observations.ts';
import { asMonitorEvent } from './shapes.ts';

export type Observations = Pick<Evidence, 'members' | 'leaders' | 'routes' | 'log' | 'host' | 'lag' | 'defects'>;

/** Reads what the observers of a run saw, each kind by time: log lines are written when they are found, not when they happened. */
export async function readMonitor(path: string, name: string): Promise<Observations> {
  const seen: Observations = { members: [], leaders: [], routes: [], log: [], host: [], lag: [], defects: [] };
  const defects = new FileDefects(name);
  const read = await readJsonLines(path, defects, (record) => {
    const shaped = asMonitorEvent(record);
    if ('complaint' in shaped) return shaped.complaint;
    take(shaped.event, seen);
    return null;
  });
  if (!read.found) defects.add(read.reason);
  for (const events of [seen.members, seen.leaders, seen.routes, seen.log, seen.host, seen.lag]) events.sort((a, b) => a.atNs - b.atNs);
  return { ...seen, defects: defects.list() };
}

function take(event: MonitorEvent, seen: Observations): void {
  switch (event.type) {
    case 'member':
      seen.members.push(event);
      break;
    case 'leader':
      seen.leaders.push(event);
      break;
    case 'route':
      seen.routes.push(event);
      break;
    case 'log':
      seen.log.push(event);
      break;
    case 'host':
      seen.host.push(event);
      break;
    case 'lag':
      seen.lag.push(event);
      break;
  }
}
