import { formatMs } from '../../base/duration.ts';
import { phases, type FaultState } from '../../history/journal.ts';
import { paint, type Colour, type Look } from '../output.ts';
import { clip, widthOf } from '../table.ts';
import type { FaultLine, LiveState, PhaseState } from './state.ts';

/** A piece of a line, in a colour or in none. */
type Piece = string | [Colour, string];

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const asciiSpinner = ['|', '/', '-', '\\'];
const turnMs = 100;

/** The picture of a drill for one moment: lines that each fit the terminal, and together leave a row for the cursor. */
export function frame(state: LiveState, nowMs: number, look: Look): string[] {
  const head = [titlePieces(state, nowMs), []];
  const tail = [[], ...gaugePieces(state, nowMs), ...state.faults.map(faultPieces), ...remarkPieces(state)];
  const room = Math.max(1, look.rows - 1 - head.length);
  // The last lines say what happens now, so on a low terminal the phases give way first.
  const below = tail.slice(-room);
  const middle = phaseLines(state, nowMs, look, room - below.length);
  return [...head, ...middle, ...below].map((pieces) => fit(pieces, look));
}

/** Paints pieces, cut where the line would be wider than the terminal (whose last column stays free: some wrap there). */
function fit(pieces: readonly Piece[], look: Look): string {
  let left = look.columns - 1;
  return pieces
    .map((piece) => {
      const [colour, whole] = typeof piece === 'string' ? [null, piece] : piece;
      const text = clip(whole, left);
      left -= widthOf(text);
      return colour === null || text === '' ? text : paint(look, colour, text);
    })
    .join('');
}

function titlePieces(state: LiveState, nowMs: number): Piece[] {
  const seed = state.seed === null ? '' : `  seed ${state.seed}`;
  return [['bold', `${state.title}${seed}`], `  ${formatMs(nowMs - state.startedMs)}`];
}

/** Phases that are over give way first, then those to come; what runs or failed is shown as long as there is a row. */
function phaseLines(state: LiveState, nowMs: number, look: Look, room: number): Piece[][] {
  const kept: string[] = [...phases];
  const stateOf = (name: string): string => state.phases[name as keyof LiveState['phases']].state;
  while (kept.length > room) {
    const over = kept.findIndex((name) => stateOf(name) === 'done');
    const expendable = over === -1 ? kept.findLastIndex((name) => stateOf(name) === 'waiting') : over;
    kept.splice(expendable === -1 ? 0 : expendable, 1);
  }
  return kept.map((name) => phasePieces(name, state.phases[name as keyof LiveState['phases']], nowMs, look));
}

function phasePieces(name: string, phase: PhaseState, nowMs: number, look: Look): Piece[] {
  if (phase.state === 'waiting') return [['dim', ` ${look.unicode ? '·' : '.'} ${name}`]];
  const elapsedMs = phase.state === 'running' ? nowMs - phase.startedMs : phase.elapsedMs;
  const timed = ` ${name.padEnd(10)}${formatMs(elapsedMs).padStart(7)}`;
  const detail = phase.detail === '' ? '' : `  ${phase.detail}`;
  const [colour, mark] = phaseMark(phase, elapsedMs, look);
  return [' ', [colour, mark], phase.state === 'running' ? ['bold', timed] : timed, detail];
}

function phaseMark(phase: PhaseState, elapsedMs: number, look: Look): [Colour, string] {
  if (phase.state === 'done') return ['green', look.unicode ? '✔' : '+'];
  if (phase.state === 'failed') return ['red', look.unicode ? '✘' : 'x'];
  const turns = look.unicode ? spinner : asciiSpinner;
  return ['cyan', turns[Math.floor(elapsedMs / turnMs) % turns.length] ?? ''];
}

function gaugePieces(state: LiveState, nowMs: number): Piece[][] {
  if (state.gauge === null) return [];
  const { primary, writesPerSecond, outage } = state.gauge;
  const reading = `   primary ${(primary ?? 'none').padEnd(8)}  writes ${String(Math.round(writesPerSecond)).padStart(4)}/s`;
  // Between two readings the clock runs on, so that it reads like a clock.
  if (outage !== null) return [[reading, ['red', `   OUTAGE ${formatMs(outage.ms + nowMs - outage.seenMs)}`]]];
  return [[reading, state.refusedMs === 0 ? '' : `   refused for ${formatMs(state.refusedMs)} so far`]];
}

const faultColour: Record<FaultState, Colour> = {
  planned: 'dim',
  injecting: 'yellow',
  active: 'red',
  healing: 'yellow',
  healed: 'green',
  failed: 'red',
};

function faultPieces(fault: FaultLine): Piece[] {
  return [`   fault ${fault.title}: `, [faultColour[fault.state], fault.state], fault.detail === '' ? '' : `  ${fault.detail}`];
}

function remarkPieces({ warnings, note, notice }: LiveState): Piece[][] {
  return [
    ...(warnings === 0 ? [] : [[['yellow', `   ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, told in the report`] as Piece]]),
    ...(note === null ? [] : [[['dim', `   ${note}`] as Piece]]),
    ...(notice === null ? [] : [[['yellow', `   ${notice}`] as Piece]]),
  ];
}
