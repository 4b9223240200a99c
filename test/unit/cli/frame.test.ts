import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../../src/cli/live/frame.ts';
import { apply, initialState, type LiveState } from '../../../src/cli/live/state.ts';
import { repaint } from '../../../src/cli/live/terminal.ts';
import type { Look } from '../../../src/cli/output.ts';
import { widthOf } from '../../../src/cli/table.ts';
import { recordedFeed } from './feed.ts';

const look: Look = { live: true, colour: false, unicode: true, columns: 80, rows: 24 };

/** The state after all that was heard by then. */
function stateAt(nowMs: number): LiveState {
  const state = initialState('primary-container-kill.yaml', 0);
  for (const { atMs, progress } of recordedFeed()) if (atMs <= nowMs) apply(state, progress, atMs);
  return state;
}

describe('the picture of a running drill', () => {
  it('shows phases with their time, who is primary, and writes per second', () => {
    const lines = frame(stateAt(9000), 9000, look);
    expect(lines[0]).toBe('primary-container-kill-20261121T093000-3fa9  seed 20261121  9.0s');
    expect(lines).toContain(' ✔ provision    2.5s  9 nodes');
    expect(lines.find((line) => line.includes('baseline'))).toMatch(/^ [^✔·] baseline     2\.0s/);
    expect(lines).toContain(' · inject');
    expect(lines).toContain('   primary pg1       writes   80/s');
  });

  it('lets the outage clock run on between two readings', () => {
    const state = stateAt(20_000);
    expect(frame(state, 20_000, look).join('\n')).toContain('primary none      writes    0/s   OUTAGE 7.8s');
    expect(frame(state, 20_150, look).join('\n')).toContain('OUTAGE 8.0s');
    expect(frame(state, 20_000, look).join('\n')).toContain('fault 1-container-kill on pg1: active  container pg1.db');
  });

  it('stops the outage clock when writes are accepted', () => {
    const text = frame(stateAt(33_000), 33_000, look).join('\n');
    expect(text).not.toContain('OUTAGE');
    expect(text).toContain('primary pg2');
    expect(text).toContain('refused for 19.6s so far');
  });

  it('keeps what Ctrl-C will do on the screen', () => {
    const state = stateAt(20_000);
    state.notice = 'stopping: heal, score what there is, release. Ctrl-C again releases at once.';
    apply(state, { kind: 'journal', event: { type: 'stopped', atNs: 0, by: 'interrupt', reason: 'stopped on request' } }, 20_000);
    expect(frame(state, 20_000, look).at(-1)).toContain('Ctrl-C again');
  });

  it('fits any terminal at any moment, and always shows the phase that runs', () => {
    const size = fc.record({
      columns: fc.integer({ min: 20, max: 200 }),
      rows: fc.integer({ min: 10, max: 60 }),
      colour: fc.boolean(),
      unicode: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 45_000 }), size, (nowMs, terminal) => {
        const state = stateAt(nowMs);
        const lines = frame(state, nowMs, { live: true, ...terminal });
        for (const line of lines) expect(widthOf(line)).toBeLessThan(terminal.columns);
        // One row is the cursor's.
        expect(lines.length).toBeLessThan(terminal.rows);
        // Eleven phases give way on a low terminal, the running one last.
        const running = Object.entries(state.phases).filter(([, phase]) => phase.state === 'running' && terminal.rows >= 12);
        for (const [name] of running) expect(lines.join('\n')).toContain(name);
      }),
    );
  });
});

describe('repainting', () => {
  it('goes back over the lines that are there', () => {
    expect(repaint([], ['a'], look)).toBe('\ra\x1b[K\n\x1b[J');
    expect(repaint(['a', 'b'], ['c'], look)).toBe('\x1b[2A\rc\x1b[K\n\x1b[J');
  });

  it('counts the rows that a line takes after the terminal was narrowed', () => {
    expect(repaint(['x'.repeat(75), ''], [], { columns: 50 })).toContain('\x1b[3A');
  });
});
