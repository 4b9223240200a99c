/** pgdrill's public API: what scenarios' plugins (topologies, faults, checks) and programs that run drills may import. */
export { defineTopology } from './contract/topology.ts';
export type * from './contract/topology.ts';
export { defineFault } from './contract/fault.ts';
export type * from './contract/fault.ts';
export { defineCheck } from './contract/check.ts';
export type * from './contract/check.ts';
export type * from './contract/node.ts';
export { asRoot } from './contract/as-root.ts';
export { startGuard, renewGuard, endGuard } from './contract/guard.ts';
export type { GuardSpec } from './contract/guard.ts';
export { chainRules, chainsIn, layChain, ownChain, removeChain, renewChains } from './contract/own-chain.ts';
export { closedPort, connectAll, type Met } from './contract/connect.ts';
export { assertTwoSides, direction, namesOf } from './contract/link.ts';
export { listProcesses } from './contract/processes.ts';
export type { Process } from './contract/processes.ts';
export { isServer, ofKind, processKinds, type ProcessKind } from './contract/process-kinds.ts';
export { datedNs, killAll, startAll, runningOf, workloadsOf } from './contract/workloads.ts';
export { DrillError } from './base/errors.ts';
export { configTemplate } from './base/template.ts';
export { duration, rate } from './scenario/schema.ts';
export { PatroniApi } from './postgres/patroni.ts';
export { EtcdApi } from './postgres/etcd.ts';
export { HaproxyApi } from './postgres/haproxy.ts';
export { watchLeader } from './postgres/leader-watch.ts';
export { SqlSession, type SqlTarget } from './postgres/session.ts';
export { sampleMember } from './postgres/sample-member.ts';
export type * from './history/observations.ts';
export { conclude, type Finding } from './contract/conclude.ts';
export {
  acknowledgedWrites,
  atSeconds,
  defectsOf,
  finalPrimary,
  gapsOf,
  memberNames,
  named,
  nodeAt,
  writeSeries,
} from './history/queries.ts';
export type { AcknowledgedWrite } from './history/queries.ts';
export { following, type Following } from './history/following.ts';
export { doubleReigns, reignsOf, takingWrites, type DoubleReign, type Reign } from './history/reigns.ts';
export { doubleSpans, writableSpans, type WritableSpan } from './history/writable-samples.ts';
export { unaskedStretches, type Unasked } from './history/unasked.ts';
export { lineageOffences, mintedTwice } from './history/lineage.ts';
export { agentClaims, contradictions, type Contradiction } from './history/agent-claims.ts';
export { hasOp } from './history/op-ranges.ts';
export type { Evidence as RunEvidence, FaultRecord, Operation, Series } from './history/evidence.ts';
export type * from './history/final-state.ts';
export type * from './history/operations.ts';
