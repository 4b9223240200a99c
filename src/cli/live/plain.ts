import { formatMs } from '../../base/duration.ts';
import type { Progress } from '../../drill/api.ts';
import type { JournalEvent } from '../../history/journal.ts';
import type { View } from './view.ts';
import { apply, faultTitle, initialState, type LiveState } from './state.ts';

/** Shorter outages are in the report; here they would fill the log of a machine that is short of CPU. */
const worthALineMs = 500;

/** One line for each thing that changed, stamped with the time of day; for logs, pipes and CI. */
export function plainView(title: string, say: (line: string) => void, now: () => Date = () => new Date()): View {
  const state = initialState(title, now().getTime());
  const stamped = (text: string): void => say(`${now().toTimeString().slice(0, 8)}  ${text}`);
  let refusedMs = 0;
  stamped(title);
  return {
    progress(progress) {
      apply(state, progress, now().getTime());
      if (progress.kind !== 'gauge') {
        const text = lineOf(progress, state);
        if (text !== null) stamped(text);
        return;
      }
      const text = outageLine(refusedMs, progress.outageMs ?? 0);
      if (text !== null) stamped(text);
      refusedMs = progress.outageMs ?? 0;
    },
    notice: stamped,
    close: () => undefined,
  };
}

/** The gauge moves several times a second; only where an outage becomes long, and where a long one ends, does it give a line. */
function outageLine(beforeMs: number, afterMs: number): string | null {
  const [was, is] = [beforeMs >= worthALineMs, afterMs >= worthALineMs];
  if (!was && is) return 'writes on rw are refused';
  return was && !is ? `writes on rw are accepted again, after about ${formatMs(beforeMs)}` : null;
}

function lineOf(progress: Exclude<Progress, { kind: 'gauge' }>, state: LiveState): string | null {
  return progress.kind === 'note' ? progress.text : eventLine(progress.event, state);
}

/** Null: nothing that a reader of a log waits for (containers coming and going, clock readings). */
function eventLine(event: JournalEvent, state: LiveState): string | null {
  switch (event.type) {
    case 'run':
      return `run ${event.runId}, seed ${event.seed}`;
    case 'phase': {
      if (event.state === 'started') return `${event.phase} …`;
      const took = formatMs(state.phases[event.phase].elapsedMs);
      return `${event.phase} ${event.state === 'ended' ? 'done' : 'FAILED'} in ${took}${event.detail === undefined ? '' : `: ${event.detail}`}`;
    }
    case 'fault': {
      const detail = event.reason ?? event.evidence?.summary;
      return `fault ${faultTitle(event)}: ${event.state}${detail === undefined ? '' : `, ${detail}`}`;
    }
    case 'resource':
      return event.action === 'remove-failed' ? `could not remove ${event.kind} ${event.name}: ${event.detail ?? 'no reason given'}` : null;
    case 'warning':
      return `warning: ${event.message}`;
    case 'stopped':
      return `stopped by ${event.by}: ${event.reason}`;
    default:
      return null;
  }
}
