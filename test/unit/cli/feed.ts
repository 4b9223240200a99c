import type { Progress } from '../../../src/drill/api.ts';
import type { FaultState, Phase } from '../../../src/history/journal.ts';

/** Progress of a container-kill drill as a drill gives it, with the time since its start, ms. */
export function recordedFeed(): { atMs: number; progress: Progress }[] {
  const feed: { atMs: number; progress: Progress }[] = [];
  const at = (atMs: number, progress: Progress): void => void feed.push({ atMs, progress });
  const phase = (atMs: number, name: Phase, state: 'started' | 'ended' | 'failed', detail?: string): void =>
    at(atMs, {
      kind: 'journal',
      event: { type: 'phase', atNs: atMs * 1e6, phase: name, state, ...(detail === undefined ? {} : { detail }) },
    });
  const fault = (atMs: number, state: FaultState, summary?: string): void =>
    at(atMs, {
      kind: 'journal',
      event: {
        type: 'fault',
        atNs: atMs * 1e6,
        fault: '1-container-kill',
        kind: 'container-kill',
        state,
        target: 'primary',
        nodes: ['pg1'],
        ...(summary === undefined ? {} : { evidence: { summary } }),
      },
    });
  const gauge = (atMs: number, name: Phase, primary: string | null, writesPerSecond: number, outageMs: number | null): void =>
    at(atMs, { kind: 'gauge', phase: name, primary, writesPerSecond, outageMs });

  at(0, { kind: 'note', text: 'image pgdrill/postgres:17-fa001c112ff1 is there' });
  phase(50, 'provision', 'started');
  at(400, {
    kind: 'journal',
    event: {
      type: 'run',
      atNs: 0,
      runId: 'primary-container-kill-20261121T093000-3fa9',
      epochNs: '0',
      epochWallMs: 0,
      scenarioFile: 'scenarios/patroni-ha/primary-container-kill.yaml',
      scenarioHash: '0'.repeat(64),
      scenario: {},
      seed: 20_261_121,
      images: {},
      nodes: [],
      environment: {},
      notSimulated: [],
      harness: { pid: 1, host: 'here' },
    },
  });
  at(500, { kind: 'journal', event: { type: 'resource', atNs: 5e8, action: 'created', kind: 'container', name: 'pgdrill-x-pg1' } });
  phase(2500, 'provision', 'ended', '9 nodes');
  phase(2510, 'settle', 'started');
  phase(7000, 'settle', 'ended', 'pg1 leads, pg2 and pg3 stream');
  phase(7010, 'baseline', 'started');
  for (let ms = 7200; ms < 12_000; ms += 200) gauge(ms, 'baseline', 'pg1', 80, null);
  phase(12_000, 'baseline', 'ended');
  phase(12_010, 'inject', 'started');
  fault(12_020, 'injecting');
  fault(12_300, 'active', 'container pg1.db: process 1 is gone, exit code 137');
  phase(12_310, 'inject', 'ended');
  phase(12_320, 'observe', 'started');
  for (let ms = 12_400; ms < 32_000; ms += 200) gauge(ms, 'observe', null, 0, ms - 12_200);
  gauge(32_000, 'observe', 'pg2', 12, null);
  for (let ms = 32_200; ms < 35_000; ms += 200) gauge(ms, 'observe', 'pg2', 81, null);
  phase(35_000, 'observe', 'ended', 'writes were accepted 19.8 s after the fault');
  phase(35_010, 'heal', 'started');
  fault(35_020, 'healing');
  at(35_100, {
    kind: 'journal',
    event: { type: 'warning', atNs: 3.51e10, code: 'parameter-differs', message: 'ttl: asked 20, in force 30', invalidates: false },
  });
  fault(36_000, 'healed', 'container pg1.db: running again');
  phase(36_010, 'heal', 'ended');
  phase(36_020, 'converge', 'started');
  phase(41_000, 'converge', 'ended', 'pg1 streams again');
  for (const [index, name] of (['examine', 'score', 'report', 'release'] as const).entries()) {
    phase(41_100 + index * 500, name, 'started');
    phase(41_500 + index * 500, name, 'ended');
  }
  return feed;
}
