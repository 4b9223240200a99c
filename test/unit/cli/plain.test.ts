import { expect, it } from 'vitest';
import { plainView } from '../../../src/cli/live/plain.ts';
import { recordedFeed } from './feed.ts';

function replay(feed = recordedFeed()): string[] {
  const lines: string[] = [];
  let nowMs = Date.parse('2026-11-21T09:30:00');
  const start = nowMs;
  const view = plainView(
    'primary-container-kill.yaml',
    (line) => lines.push(line),
    () => new Date(nowMs),
  );
  for (const { atMs, progress } of feed) {
    nowMs = start + atMs;
    view.progress(progress);
  }
  view.close();
  return lines;
}

it('gives one stamped line for each transition, and none for each reading of a gauge', () => {
  const lines = replay();
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d  \S/);
  expect(lines).toContain('09:30:02  provision done in 2.5s: 9 nodes');
  expect(lines).toContain('09:30:12  fault 1-container-kill on pg1: active, container pg1.db: process 1 is gone, exit code 137');
  expect(lines).toContain('09:30:35  warning: ttl: asked 20, in force 30');
  // 11 phases begin and end, 4 fault states, 2 turns of the outage, a note, a warning, the run, and the title.
  expect(lines).toHaveLength(11 * 2 + 4 + 2 + 4);
});

it('tells when writes are refused, and when they are accepted again', () => {
  const lines = replay().filter((line) => line.includes('writes on rw'));
  expect(lines).toEqual(['09:30:12  writes on rw are refused', '09:30:32  writes on rw are accepted again, after about 19.6s']);
});

it('leaves out outages too short to be worth a line', () => {
  const gauge = (outageMs: number | null) => ({
    atMs: 0,
    progress: { kind: 'gauge', phase: 'baseline', primary: 'pg1', writesPerSecond: 1, outageMs } as const,
  });
  expect(replay([gauge(null), gauge(120), gauge(370), gauge(null), gauge(480), gauge(null)])).toHaveLength(1);
  expect(replay([gauge(null), gauge(120), gauge(620), gauge(900), gauge(20)])).toHaveLength(3);
});

it('names the place of a fault: what was asked for, then the nodes it hit, and none where it has none', () => {
  const fault = (target: string, nodes: string[]) => ({
    atMs: 0,
    progress: { kind: 'journal', event: { type: 'fault', atNs: 0, fault: '1-f', kind: 'f', state: 'planned', target, nodes } } as const,
  });
  const lines = replay([fault('primary', []), fault('majority', ['pg1', 'pg2']), fault('none', [])]);
  expect(lines.slice(1).map((line) => line.slice(10))).toEqual([
    'fault 1-f on primary: planned',
    'fault 1-f on pg1, pg2: planned',
    'fault 1-f: planned',
  ]);
});

it('tells of a phase that failed and of what could not be removed, but not of containers that come and go', () => {
  const lines = replay([
    { atMs: 0, progress: { kind: 'journal', event: { type: 'phase', atNs: 0, phase: 'settle', state: 'started' } } },
    {
      atMs: 60_000,
      progress: {
        kind: 'journal',
        event: { type: 'phase', atNs: 0, phase: 'settle', state: 'failed', detail: 'waited 60.0s for pg2 to stream' },
      },
    },
    { atMs: 60_001, progress: { kind: 'journal', event: { type: 'resource', atNs: 0, action: 'removed', kind: 'container', name: 'a' } } },
    {
      atMs: 60_002,
      progress: {
        kind: 'journal',
        event: { type: 'resource', atNs: 0, action: 'remove-failed', kind: 'network', name: 'b', detail: 'in use' },
      },
    },
    { atMs: 60_003, progress: { kind: 'journal', event: { type: 'stopped', atNs: 0, by: 'guard', reason: 'no space left' } } },
  ]);
  expect(lines.slice(2).map((line) => line.slice(10))).toEqual([
    'settle FAILED in 1m00s: waited 60.0s for pg2 to stream',
    'could not remove network b: in use',
    'stopped by guard: no space left',
  ]);
});
