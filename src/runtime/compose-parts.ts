import type { ImageRole, PlannedContainer, PlannedFile, PlannedNode, TopologyPlan } from '../contract/topology.ts';

/** Image reference by role. */
export type ComposeImages = Readonly<Record<ImageRole, string>>;

export type Json = Record<string, unknown>;

export const serviceOf = (node: PlannedNode, container: PlannedContainer): string => `${node.name}-${container.name}`;

/** Compose replaces `$NAME` in whatever it reads; two dollars stand for one. */
export const escaped = (text: string): string => text.replaceAll('$', '$$$$');

/** A key with its content; nothing where there is no content. */
export function section(name: string, content: Json | readonly unknown[]): Json {
  return Object.keys(content).length === 0 ? {} : { [name]: content };
}

/** A file of the plan, the service that gets it, and its name among the Compose file's configs. */
export interface ComposeFile {
  service: string;
  config: string;
  file: PlannedFile;
}

export function filesOf(plan: TopologyPlan): ComposeFile[] {
  return eachContainer(plan).flatMap(({ service, container }) =>
    (container.files ?? []).map((file, index) => ({ service, config: `${service}-${index + 1}`, file })),
  );
}

export function eachContainer(plan: TopologyPlan): { service: string; node: PlannedNode; container: PlannedContainer }[] {
  return plan.nodes.flatMap((node) => node.containers.map((container) => ({ service: serviceOf(node, container), node, container })));
}

/** A volume and where a container has it. */
export interface ComposeVolume {
  name: string;
  path: string;
}

/** The planned volumes of a container; and one for its seed's directory where none of these is at its place. */
export function volumesOf(service: string, { volumes = [], seed }: PlannedContainer): ComposeVolume[] {
  const planned = volumes.map(({ name, path }) => ({ name: `${service}-${name}`, path }));
  if (seed === undefined || planned.some(({ path }) => path === seed.path)) return planned;
  return [...planned, { name: `${service}-seed`, path: seed.path }];
}
