import type { Evidence } from '../../history/evidence.ts';
import type { ReportModel } from '../schema.ts';
import { clientsEnd } from '../../score/window.ts';
import type { Axis } from './axis.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const hundredths = (value: number): number => Math.round(value * 100) / 100;

export function hostLoadModel(host: Evidence['host']): ReportModel['hostLoad'] {
  if (host.length === 0) return null;
  const pressure = host.map((sample) => sample.cpuPressurePct).filter((value) => value !== null);
  return {
    samples: host.length,
    load1Mean: hundredths(mean(host.map((sample) => sample.load1))),
    load1Max: hundredths(Math.max(...host.map((sample) => sample.load1))),
    cpuPressurePctMax: pressure.length === 0 ? null : hundredths(Math.max(...pressure)),
    memoryAvailableMiBMin: Math.round(Math.min(...host.map((sample) => sample.memoryAvailableMiB))),
  };
}

/** Lag while it mattered: from the baseline until the clients stopped. */
export function lagModel(evidence: Evidence): ReportModel['lag'] {
  const intervals = [...evidence.series.values()]
    .filter((series) => series.declared.kind === 'probe')
    .map((series) => series.declared.intervalNs);
  const limitMs = intervals.length === 0 ? null : Math.min(...intervals) / 2e6;
  const baselineNs = evidence.phases.find(({ phase }) => phase === 'baseline')?.startNs ?? 0;
  const endNs = clientsEnd(evidence);
  const measuring = evidence.lag.filter(({ atNs }) => atNs >= baselineNs && atNs <= endNs);
  return [...Map.groupBy(measuring, (event) => event.source)].map(([source, windows]) => ({
    source,
    windows: windows.length,
    worstP99Ms: hundredths(Math.max(...windows.map((window) => window.p99Ms))),
    worstMaxMs: hundredths(Math.max(...windows.map((window) => window.maxMs))),
    cpuCoresMean: hundredths(mean(windows.map((window) => (window.cpuMs * 1e6) / window.windowNs))),
    limitMs,
  }));
}

export function clockModel(clock: Evidence['clocks'][number]): ReportModel['clocks'][number] {
  return { client: clock.client, sameKernel: clock.sameKernel, offsetMs: clock.offsetNs / 1e6, boundMs: clock.boundNs / 1e6 };
}

export function divergenceModel(captured: Evidence['divergences'][number], axis: Axis): ReportModel['divergences'][number] {
  const { divergence } = captured;
  return {
    member: captured.member,
    atSeconds: axis.atOrNull(divergence?.atNs),
    timeline: divergence?.timeline ?? null,
    endLsn: divergence?.endLsn ?? null,
    sinceLsn: divergence?.sinceLsn ?? null,
    commits: divergence?.commits.length ?? null,
    method: divergence?.method ?? null,
    reason: captured.reason,
  };
}

export function scenarioModel(evidence: Evidence): ReportModel['scenario'] {
  const { run, scenario } = evidence;
  return {
    name: scenario.name,
    title: scenario.title,
    description: scenario.description ?? null,
    file: run.scenarioFile,
    topology: scenario.topology.kind,
    topologyParams: scenario.topology.params,
    postgres: scenario.topology.postgres,
    resolved: scenario,
  };
}
