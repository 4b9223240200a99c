import type { Evidence, FaultRecord, Operation } from '../../src/history/evidence.ts';
import type { FaultChanged, FaultState } from '../../src/history/journal.ts';
import type { SeriesEvent } from '../../src/history/operations.ts';
import { scenarioSchema, type ScenarioInput } from '../../src/scenario/schema.ts';
import { syntheticFinal } from './synthetic-final.ts';
import { syntheticMonitor } from './synthetic-monitor.ts';
import { addressOf, lsnAt, members, type Milestones, type SyntheticPlot, type SyntheticTimes } from './synthetic-plot.ts';
import { ms, second, syntheticSeries, type PlantedOutage, type Refusal, type Server } from './synthetic-series.ts';

export { addressOf, lsnAt, members } from './synthetic-plot.ts';
export { ms, second, type PlantedOutage } from './synthetic-series.ts';

export interface SyntheticOptions {
  /** Merged over the default scenario, section by section, as written in YAML. */
  scenario?: Partial<ScenarioInput>;
  /** By default one of 19.8 s on every series of `rw`. `[]`: none. */
  outages?: PlantedOutage[];
  /** `new-primary` (default): pg2 takes over on timeline 2. `none`: pg1 stays; where there is an outage it was restarted. */
  failover?: 'new-primary' | 'none';
  /** By default spread over the first outage. */
  milestones?: Partial<Milestones>;
  /** Series → how many of its last acknowledgements before the fault are missing at the end. */
  lost?: Record<string, number>;
  /** How long the observe phase lasts, ms from the fault; by default 5 s past the last outage that lies in it. */
  observeMs?: number;
}

/**
 * The evidence of a drill that went by the book but for what was planted: three members, a baseline of 5 s, pg1 killed,
 * an outage, pg2 on timeline 2, pg1 back and streaming. Deterministic; plain data that a test may bend further.
 */
export function syntheticRun(options: SyntheticOptions = {}): Evidence {
  const outages = options.outages ?? [{ fromMs: 0, toMs: 19_800 }];
  const plot = plotOf(options, outages);
  const input = scenarioInput(options.scenario ?? {});
  const scenario = scenarioSchema.parse(input);
  const series = new Map(
    declaredSeries(plot).map((declared) => {
      const refusals = refusalsOf(declared, outages, plot);
      return [declared.series, syntheticSeries({ declared, endNs: plot.times.examineNs, refusals, server: serverOf(declared, plot) })];
    }),
  );
  const operations = [...series.values()].flatMap((one) => one.operations);
  const missing = missingOf(operations, options.lost ?? {}, plot.times.faultNs);
  return {
    run: runStarted(input),
    scenario,
    phases: phasesOf(plot.times),
    faults: [faultRecord(plot.times)],
    series,
    connections: [],
    ...syntheticMonitor(plot),
    parameters: [{ type: 'parameter', atNs: plot.times.baselineNs - second, name: 'ttl', asked: '20', inForce: '20' }],
    clocks: [{ type: 'clock', atNs: plot.times.baselineNs - second, client: 'client1', sameKernel: true, offsetNs: 0, boundNs: 200_000 }],
    warnings: [],
    divergences: [divergenceOf(plot)].filter((one) => one !== null),
    final: syntheticFinal(plot, operations, missing),
    stopped: null,
    clientEnded: true,
    defects: [],
  };
}

function plotOf(options: SyntheticOptions, outages: PlantedOutage[]): SyntheticPlot {
  const lastMs = Math.max(0, ...outages.map(({ toMs }) => toMs).filter((toMs) => toMs <= (options.observeMs ?? Infinity)));
  const observeMs = options.observeMs ?? lastMs + 5000;
  const faultNs = 15.1 * second;
  const healNs = faultNs + observeMs * ms;
  const times = { baselineNs: 10 * second, injectNs: 15 * second, faultNs, healNs, convergeNs: healNs + second };
  const first = outages[0] ?? { fromMs: 0, toMs: 1000 };
  const at = (share: number): number => first.fromMs + (first.toMs - first.fromMs) * share;
  return {
    times: { ...times, examineNs: healNs + 8 * second, endNs: healNs + 9 * second },
    failover: options.failover ?? 'new-primary',
    milestones: { expiredMs: at(0.9), acquiredMs: at(0.92), readyMs: at(0.95), routeUpMs: at(0.98), ...options.milestones },
    hasOutage: outages.length > 0,
  };
}

function scenarioInput(overrides: Partial<ScenarioInput>): ScenarioInput {
  return {
    version: 1,
    name: 'synthetic',
    title: 'A synthetic drill',
    topology: { kind: 'patroni-ha', params: { members: 3, ttl: 20 } },
    timeline: [{ at: '0s', fault: 'container-kill', target: 'primary' }],
    objectives: { rto: { rw: '30s' }, rpo: { transactions: 0 }, failover: 'expected' },
    ...overrides,
  };
}

function declaredSeries(plot: SyntheticPlot): SeriesEvent[] {
  const common = { type: 'series', kind: 'probe', route: 'rw', access: 'write', connection: 'persistent' } as const;
  const timing = { t0Ns: plot.times.baselineNs, intervalNs: 50 * ms, deadlineNs: second, connections: 4 };
  return [
    { ...common, ...timing, series: 'rw-persistent' },
    { ...common, ...timing, series: 'rw-new', connection: 'new' },
    { ...common, ...timing, series: 'ro-persistent', route: 'ro', access: 'read' },
    ...members.map((member) => ({ ...common, ...timing, series: `member-${member}`, route: `member:${member}`, intervalNs: 100 * ms })),
    { ...common, ...timing, series: 'ledger', kind: 'ledger', intervalNs: 20 * ms },
    { ...common, ...timing, series: 'bank', kind: 'bank', intervalNs: 100 * ms },
  ];
}

/** The planted outages that hit a series; a member that was killed answers nobody until it streams again. */
function refusalsOf(declared: SeriesEvent, outages: PlantedOutage[], plot: SyntheticPlot): Refusal[] {
  const { faultNs, healNs } = plot.times;
  const planted = outages
    .filter(({ series }) => (series === undefined ? declared.route === 'rw' : series.includes(declared.series)))
    .map(({ fromMs, toMs, how }) => ({ fromNs: faultNs + fromMs * ms, toNs: faultNs + toMs * ms, how: how ?? 'refused' }));
  if (declared.route !== 'member:pg1' || !plot.hasOutage) return planted;
  const backNs = plot.failover === 'new-primary' ? healNs + 2 * second : faultNs + plot.milestones.readyMs * ms;
  return [...planted, { fromNs: faultNs, toNs: backNs, how: 'refused' }];
}

/** Who answers: pg1 on timeline 1 until the fault, then pg2 on timeline 2 once promoted (or pg1 for good). */
function serverOf(declared: SeriesEvent, plot: SyntheticPlot): (atNs: number) => Server {
  return (atNs) => {
    const promoted = plot.failover === 'new-primary' && atNs >= plot.times.faultNs + plot.milestones.readyMs * ms;
    const primary = promoted ? 'pg2' : 'pg1';
    const member = declared.route === 'rw' ? primary : declared.route === 'ro' ? 'pg3' : declared.route.slice('member:'.length);
    return { address: addressOf(member), timeline: promoted ? 2 : 1, lsn: lsnAt(atNs), inRecovery: member !== primary };
  };
}

function missingOf(operations: Operation[], lost: Record<string, number>, faultNs: number): Set<Operation> {
  const acknowledged = (series: string): Operation[] =>
    operations.filter((one) => one.series === series && one.outcome === 'ok' && (one.endNs ?? Infinity) <= faultNs);
  return new Set(Object.entries(lost).flatMap(([series, count]) => acknowledged(series).slice(-count)));
}

function runStarted(scenario: ScenarioInput): Evidence['run'] {
  const node = (name: string, zone: string, address: string, roles: string[]) => ({ name, zone, region: 'r1', address, roles });
  return {
    type: 'run',
    atNs: 0,
    runId: 'synthetic-20250101T000000-0000',
    epochNs: '123456789000000000',
    epochWallMs: Date.UTC(2025, 0, 1),
    scenarioFile: 'scenarios/synthetic.yaml',
    scenarioHash: '0'.repeat(64),
    scenario,
    seed: 1,
    images: { postgres: { reference: 'pgdrill/postgres:17', digest: 'sha256:00' } },
    nodes: [
      ...members.map((member, index) => node(member, 'abc'.charAt(index), addressOf(member), ['postgres'])),
      node('client1', 'app', '10.0.0.50', ['client']),
    ],
    environment: { cpus: 2 },
    harness: { pid: 1, host: 'synthetic' },
  };
}

function phasesOf(times: SyntheticTimes): Evidence['phases'] {
  const edges = [
    ['provision', 0],
    ['settle', 5 * second],
    ['baseline', times.baselineNs],
    ['inject', times.injectNs],
    ['observe', times.faultNs + 100 * ms],
    ['heal', times.healNs],
    ['converge', times.convergeNs],
    ['examine', times.examineNs],
    ['score', times.endNs],
  ] as const;
  return edges.map(([phase, startNs], index) => ({ phase, startNs, endNs: edges[index + 1]?.[1] ?? null, failed: null, detail: null }));
}

function faultRecord(times: SyntheticTimes): FaultRecord {
  const identity = { fault: '1-container-kill', kind: 'container-kill', target: 'primary', nodes: ['pg1'], params: {} };
  const change = (state: FaultState, atNs: number, effectiveNs?: number): FaultChanged => ({
    type: 'fault',
    atNs,
    ...identity,
    state,
    ...(effectiveNs === undefined ? {} : { effectiveNs, evidence: { summary: `container pg1.db is ${state}` } }),
  });
  const healedNs = times.healNs + 500 * ms;
  return {
    ...identity,
    changes: [
      change('planned', times.injectNs),
      change('injecting', times.faultNs - 20 * ms),
      change('active', times.faultNs + 50 * ms, times.faultNs),
      change('healing', times.healNs),
      change('healed', healedNs + 100 * ms, healedNs),
    ],
    injectedNs: times.faultNs - 20 * ms,
    activeNs: times.faultNs,
    healingNs: times.healNs,
    healedNs,
    failed: null,
  };
}

/** What pg1 held when it died: 64 KiB of WAL that nobody streamed. */
function divergenceOf({ times, failover }: SyntheticPlot): Evidence['divergences'][number] | null {
  if (failover === 'none') return null;
  const divergence = {
    member: 'pg1',
    atNs: times.healNs,
    timeline: 1,
    endLsn: lsnAt(times.faultNs + second / 16),
    commits: [],
    sinceLsn: lsnAt(times.faultNs - second),
    method: 'pg_waldump of the old primary',
  };
  return { member: 'pg1', divergence, reason: null };
}
