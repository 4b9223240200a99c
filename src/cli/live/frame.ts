import { formatMs } from '../../base/duration.ts';
import { phases } from '../../history/journal.ts';
import type { FaultState } from '../../history/journal.ts';
import { paint, type Colour, type Look } from '../output.ts';
import { clip } from '../table.ts';
import type { FaultLine, LiveState, PhaseState } from './state.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const asciiSpinner = ['|', '/', '-', '\\'];
const tickMs = 100;

/** The picture of a drill for one moment, as lines that each fit the terminal and together leave room for the cursor. */
export function frame(state: LiveState, nowMs: number, look: Look): string[] {
  const width = look.columns - 1;
  const seed = state.seed === null ? '' : `  seed ${state.seed}`;
  const head = [paint(look, 'bold', clip(`${state.title}${seed}  ${formatMs(nowMs - state.startedMs)}`, width)), ''];
  const tail = [
    ...gaugeLines(state, nowMs, look, width),
    ...state.faults.map((fault) => faultLine(fault, look, width)),
    ...noteLines(state, look, width),
  ];
  const room = look.rows - 1 - head.length - tail.length;
  return [...head, ...phaseLines(state, nowMs, look, width, room), ...tail];
}

function phaseLines(state: LiveState, nowMs: number, look: Look, width: number, room: number): string[] {
  const rows = phases.map((name) => ({ name, phase: state.phases[name] }));
  // On a low terminal the phases that are over, then those to come, give way to what is going on.
  const kept = [...rows];
  for (const expendable of ['done', 'waiting'] as const) {
    while (kept.length > Math.max(1, room)) {
      const index =
        expendable === 'done'
          ? kept.findIndex((row) => row.phase.state === 'done')
          : kept.findLastIndex((row) => row.phase.state === 'waiting');
      if (index === -1) break;
      kept.splice(index, 1);
    }
  }
  return kept.map(({ name, phase }) => phaseLine(name, phase, nowMs, look, width));
}

function phaseLine(name: string, phase: PhaseState, nowMs: number, look: Look, width: number): string {
  const elapsed = phase.state === 'running' ? nowMs - phase.startedMs : phase.elapsedMs;
  const time = phase.state === 'waiting' ? '' : formatMs(elapsed);
  const plain = clip(` ${name.padEnd(10)}${time.padStart(7)}  ${phase.detail}`, width - 2);
  if (phase.state === 'waiting') return paint(look, 'dim', ` ${look.unicode ? '·' : '.'}${plain}`).trimEnd();
  const [mark, colour] = phaseMark(phase, elapsed, look);
  return ` ${paint(look, colour, mark)}${phase.state === 'running' ? paint(look, 'bold', plain) : plain}`;
}

function phaseMark(phase: PhaseState, elapsedMs: number, look: Look): [string, Colour] {
  if (phase.state === 'done') return [look.unicode ? '✔' : '+', 'green'];
  if (phase.state === 'failed') return [look.unicode ? '✘' : 'x', 'red'];
  const turns = look.unicode ? spinner : asciiSpinner;
  return [turns[Math.floor(elapsedMs / tickMs) % turns.length] ?? '', 'cyan'];
}

function gaugeLines(state: LiveState, nowMs: number, look: Look, width: number): string[] {
  if (state.gauge === null) return [''];
  const { primary, writesPerSecond, outage } = state.gauge;
  const left = `   primary ${(primary ?? 'none').padEnd(8)}  writes ${String(Math.round(writesPerSecond)).padStart(5)}/s`;
  // Between two readings the clock runs on, so that it reads like a clock.
  const refused = outage === null ? null : outage.ms + (nowMs - outage.seenMs);
  const past = state.refusedMs === 0 ? '' : `   refused for ${formatMs(state.refusedMs)} so far`;
  const right = refused === null ? past : `   OUTAGE ${formatMs(refused)}`;
  return [
    '',
    refused === null ? clip(left + right, width) : clip(left, width) + paint(look, 'red', clip(right, Math.max(0, width - left.length))),
  ];
}

const faultColour: Record<FaultState, Colour> = {
  planned: 'dim',
  injecting: 'yellow',
  active: 'red',
  healing: 'yellow',
  healed: 'green',
  failed: 'red',
};

function faultLine(fault: FaultLine, look: Look, width: number): string {
  const name = `   fault ${fault.fault} on ${fault.where}: `;
  const rest = clip(fault.detail === '' ? '' : `  ${fault.detail}`, Math.max(0, width - name.length - fault.state.length));
  return clip(name, width) + (name.length < width ? paint(look, faultColour[fault.state], fault.state) + rest : '');
}

function noteLines(state: LiveState, look: Look, width: number): string[] {
  const warnings = state.warnings === 0 ? [] : [paint(look, 'yellow', clip(`   ${state.warnings} ${state.warnings === 1 ? 'warning' : 'warnings'}, told in the report`, width))];
  const note = state.note === null ? [] : [paint(look, 'dim', clip(`   ${state.note}`, width))];
  const notice = state.notice === null ? [] : [paint(look, 'yellow', clip(`   ${state.notice}`, width))];
  return [...warnings, ...note, ...notice];
}
