import { widthOf } from '../table.ts';
import { lookOf, type Look } from '../output.ts';
import { frame } from './frame.ts';
import { apply, initialState } from './state.ts';
import type { View } from './view.ts';

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseLine = '\x1b[K';
const eraseBelow = '\x1b[J';
/** Smooth enough for a clock with tenths, cheap enough not to disturb the measurement. */
const repaintMs = 200;

/** Repaints a frame in place. When closed, the last frame stays on the screen and the cursor stands below it. */
export function terminalView(title: string, stream: NodeJS.WriteStream, now: () => number = () => performance.now()): View {
  const state = initialState(title, now());
  let painted: string[] = [];

  const paintNow = (): void => {
    const look = lookOf(stream);
    const lines = frame(state, now(), look);
    stream.write(repaint(painted, lines, look));
    painted = lines;
  };
  const restore = (): void => void stream.write(showCursor);

  stream.write(hideCursor);
  process.once('exit', restore);
  const timer = setInterval(paintNow, repaintMs);
  timer.unref();
  paintNow();

  return {
    progress(progress) {
      apply(state, progress, now());
    },
    notice(text) {
      state.notice = text;
      paintNow();
    },
    close() {
      clearInterval(timer);
      paintNow();
      restore();
      process.off('exit', restore);
    },
  };
}

/** The control sequence that turns the lines on the screen into new ones. After a narrowing, old lines may take more rows than they did. */
export function repaint(before: readonly string[], after: readonly string[], look: Pick<Look, 'columns'>): string {
  const rows = before.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / look.columns)), 0);
  const up = rows === 0 ? '' : `\x1b[${rows}A`;
  return `${up}\r${after.map((line) => `${line}${eraseLine}\n`).join('')}${eraseBelow}`;
}
