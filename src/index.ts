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
