/** pgdrill's public API: what scenarios' plugins (topologies, faults, checks) and programs that run drills may import. */
export { defineTopology } from './contract/topology.ts';
export type * from './contract/topology.ts';
export { defineFault } from './contract/fault.ts';
export type * from './contract/fault.ts';
export { defineCheck } from './contract/check.ts';
export type * from './contract/check.ts';
export type * from './contract/node.ts';
export { DrillError } from './base/errors.ts';
export { configTemplate } from './base/template.ts';
export { duration, rate } from './scenario/schema.ts';
export { PatroniApi } from './postgres/patroni.ts';
export { EtcdApi } from './postgres/etcd.ts';
export { watchLeader } from './postgres/leader-watch.ts';
export { SqlSession, type SqlTarget } from './postgres/session.ts';
export { sampleMember } from './postgres/sample-member.ts';
export type * from './history/observations.ts';
