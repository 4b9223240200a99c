import { describe, expect, it } from 'vitest';
import { estimateDrill, timelineOf } from '../../../src/scenario/plan.ts';
import { scenarioSchema, type ScenarioInput } from '../../../src/scenario/schema.ts';

const scenarioOf = (input: Partial<ScenarioInput>) =>
  scenarioSchema.parse({ version: 1, name: 'x', title: 'x', topology: { kind: 'x' }, timeline: [{ at: '0s', fault: 'pause' }], ...input });

describe('the timeline', () => {
  it('is in the order of time, and knows where each step is written', () => {
    const timeline = [
      { at: '10s', fault: 'pause', target: 'primary', for: '5s' },
      { at: '2s', fault: 'process-kill', target: 'pg2', with: { process: 'postmaster' } },
      { at: '2s', fault: 'switchover' },
    ];
    expect(timelineOf(scenarioOf({ timeline }))).toEqual([
      {
        id: '1-process-kill',
        fault: 'process-kill',
        target: 'pg2',
        atMs: 2000,
        forMs: undefined,
        params: { process: 'postmaster' },
        entry: 1,
      },
      { id: '2-switchover', fault: 'switchover', target: undefined, atMs: 2000, forMs: undefined, params: {}, entry: 2 },
      { id: '3-pause', fault: 'pause', target: 'primary', atMs: 10_000, forMs: 5000, params: {}, entry: 0 },
    ]);
  });
});

describe('the estimate', () => {
  const phaseOf = (input: Partial<ScenarioInput>, outage: { atLeastMs: number; atMostMs: number | null }, name: string) => {
    const {
      phase: _phase,
      why: _why,
      ...range
    } = estimateDrill(scenarioOf(input), outage).phases.find(({ phase }) => phase === name) ?? { phase: '', why: '' };
    return range;
  };
  const outage = { atLeastMs: 16_000, atMostMs: 30_000 };

  it('watches the outage and the steady time after it', () => {
    expect(phaseOf({ phases: { steady: '2s' } }, outage, 'observe')).toEqual({ leastMs: 18_000, mostMs: 32_000 });
  });

  it('never watches longer than the budget', () => {
    expect(phaseOf({ phases: { observe: '20s' } }, outage, 'observe')).toEqual({ leastMs: 19_000, mostMs: 20_000 });
    expect(phaseOf({}, { atLeastMs: 0, atMostMs: null }, 'observe')).toEqual({ leastMs: 3000, mostMs: 60_000 });
  });

  it('waits for a fault that the timeline ends, also when service is back before', () => {
    const timeline = [{ at: '4s', fault: 'pause', target: 'primary', for: '40s' }];
    expect(phaseOf({ timeline, phases: { observe: '90s' } }, outage, 'observe')).toEqual({ leastMs: 43_000, mostMs: 43_000 });
    expect(phaseOf({ timeline }, outage, 'inject')).toEqual({ leastMs: 4000, mostMs: 4000 });
  });

  it('is the sum of its phases', () => {
    const { phases, leastMs, mostMs } = estimateDrill(scenarioOf({}), outage);
    expect([leastMs, mostMs]).toEqual([
      phases.reduce((sum, phase) => sum + phase.leastMs, 0),
      phases.reduce((sum, phase) => sum + phase.mostMs, 0),
    ]);
  });
});
