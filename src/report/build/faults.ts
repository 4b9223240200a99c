import type { Evidence, FaultRecord } from '../../history/evidence.ts';
import type { Evidence as Proof, FaultState } from '../../history/journal.ts';
import type { ReportModel } from '../schema.ts';
import { type Axis, round } from './axis.ts';

export function phaseModel(phase: Evidence['phases'][number], axis: Axis): ReportModel['phases'][number] {
  return {
    phase: phase.phase,
    startAtSeconds: axis.at(phase.startNs),
    endAtSeconds: axis.atOrNull(phase.endNs),
    seconds: phase.endNs === null ? null : round((phase.endNs - phase.startNs) / 1e9),
    failed: phase.failed,
    detail: phase.detail,
  };
}

export function faultModel(record: FaultRecord, axis: Axis): ReportModel['faults'][number] {
  const proven = changeTo(record, 'active');
  return {
    fault: record.fault,
    kind: record.kind,
    target: record.target,
    nodes: record.nodes,
    params: record.params,
    state: record.changes.at(-1)?.state ?? 'planned',
    injectedAtSeconds: axis.atOrNull(record.injectedNs),
    activeAtSeconds: axis.atOrNull(record.activeNs),
    provenAtSeconds: axis.atOrNull(proven?.atNs),
    healingAtSeconds: axis.atOrNull(record.healingNs),
    healedAtSeconds: axis.atOrNull(record.healedNs),
    failed: record.failed,
    evidence: proofModel(proven?.evidence),
    healedEvidence: proofModel(changeTo(record, 'healed')?.evidence),
  };
}

function changeTo(record: FaultRecord, state: FaultState): FaultRecord['changes'][number] | undefined {
  return record.changes.find((change) => change.state === state);
}

function proofModel(proof: Proof | undefined): ReportModel['faults'][number]['evidence'] {
  return proof === undefined ? null : { summary: proof.summary, readings: proof.readings ?? {} };
}
