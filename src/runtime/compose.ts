import { Document, Pair, Scalar, YAMLMap, type Alias, type Node } from 'yaml';
import type { PlannedContainer, PlannedNode, TopologyPlan } from '../contract/topology.ts';
import { eachContainer, escaped, filesOf, section, volumesOf, type ComposeFile, type ComposeImages, type Json } from './compose-parts.ts';
import { seedService, seedsOf } from './compose-seed.ts';

/** Makes nodes of plain values; which document they end up in makes no difference to them. */
const plainNodes = new Document();

/**
 * The topology as a Compose file, to play with by hand. Pure. Needs Compose 2.23.1 or newer: files are `configs` with
 * inline content. As in a drill a node is a sandbox that owns address and host name, and workloads that join it; data
 * directories are seeded at first start. The client node is the drill's and not part of a topology.
 */
export function composeOf(plan: TopologyPlan, images: ComposeImages): string {
  const document = new Document();
  const files = filesOf(plan);
  const volumes = eachContainer(plan).flatMap(({ service, container }) => volumesOf(service, container));
  const after = startedBefore(document, plan);
  const sandbox = document.createNode({
    image: images.tools,
    command: inline(['tini', '--', 'sleep', 'infinity']),
    cap_add: inline(['NET_ADMIN']),
  });
  document.contents = document.createNode({
    name: `pgdrill-${plan.topology}`,
    'x-sandbox': sandbox,
    'x-started': after.anchors,
    services: {
      ...Object.fromEntries(plan.nodes.map(({ name }) => [name, merging(document.createAlias(sandbox, 'sandbox'), { hostname: name })])),
      ...Object.fromEntries(seedsOf(plan).map((seed) => [seed.name, seedService(seed, images)])),
      ...Object.fromEntries(
        eachContainer(plan).map(({ service, node, container }) => [
          service,
          { ...workload(service, node, container, images, files), depends_on: after.of(service, node) },
        ]),
      ),
    },
    ...section('volumes', Object.fromEntries(volumes.map(({ name }) => [name, {}]))),
    ...section('configs', Object.fromEntries(files.map(({ config, file }) => [config, { content: escaped(file.content) }]))),
  });
  document.commentBefore = opening(plan);
  return document.toString({ lineWidth: 0 });
}

function workload(
  service: string,
  node: PlannedNode,
  container: PlannedContainer,
  images: ComposeImages,
  files: readonly ComposeFile[],
): Json {
  const { role, command, env = {}, user, shmMiB } = container;
  const own = files.filter((file) => file.service === service);
  return {
    image: images[role],
    network_mode: `service:${node.name}`,
    command: inline(command.map(escaped)),
    ...(user === undefined ? {} : { user }),
    ...(shmMiB === undefined ? {} : { shm_size: `${shmMiB}m` }),
    ...section('environment', Object.fromEntries(Object.entries(env).map(([name, value]) => [name, escaped(value)]))),
    ...section(
      'volumes',
      volumesOf(service, container).map(({ name, path }) => `${name}:${path}`),
    ),
    ...section(
      'configs',
      own.map(({ config, file }) => ({ source: config, target: file.path, mode: octal(file.mode ?? 0o644) })),
    ),
  };
}

/** A workload starts when every node has its name and address, after the stages before its own, and with its data in place. */
function startedBefore(document: Document, plan: TopologyPlan): { anchors: Json; of: (service: string, node: PlannedNode) => YAMLMap } {
  const all = (services: string[]): YAMLMap =>
    document.createNode(Object.fromEntries(services.map((service) => [service, inline({ condition: 'service_started' })])));
  const stageOf = ({ stage = 0 }: PlannedNode): number => stage;
  const stages = [...new Set(plan.nodes.map(stageOf))].toSorted((a, b) => a - b).slice(0, -1);
  const inStage = (stage: number): string[] =>
    eachContainer(plan).flatMap(({ node, service }) => (stageOf(node) === stage ? [service] : []));
  const groups = [
    { name: 'nodes', stage: -Infinity, map: all(plan.nodes.map(({ name }) => name)) },
    ...stages.map((stage) => ({ name: `stage-${stage}`, stage, map: all(inStage(stage)) })),
  ];
  return {
    anchors: Object.fromEntries(groups.map(({ name, map }) => [name, map])),
    of(service, node) {
      const before = groups.filter(({ stage }) => stage < stageOf(node)).map(({ name, map }) => document.createAlias(map, name));
      const seed = seedsOf(plan).find(({ copies }) => copies.some((copy) => copy.service === service));
      return merging(inline(before), seed === undefined ? {} : { [seed.name]: { condition: 'service_completed_successfully' } });
    },
  };
}

/** A map with everything of another (YAML's merge key), and its own. */
function merging(other: Alias | Node, own: Json): YAMLMap {
  const map = new YAMLMap();
  map.items.push(new Pair(new Scalar('<<'), other));
  for (const [key, value] of Object.entries(own)) map.items.push(new Pair(new Scalar(key), plainNodes.createNode(value)));
  return map;
}

/** On one line. */
function inline(value: unknown): Node {
  return plainNodes.createNode(value, { flow: true });
}

function octal(mode: number): Scalar<number> {
  const scalar = new Scalar(mode);
  scalar.format = 'OCT';
  return scalar;
}

function opening(plan: TopologyPlan): string {
  const [route] = plan.routes;
  const server = eachContainer(plan).find(({ container }) => container.role === 'postgres');
  const ask =
    route === undefined || server === undefined
      ? ''
      : `\n   docker compose exec ${server.service} psql -h ${route.host} -p ${route.port} -U ${route.user} ${route.database}`;
  return ` The topology ${plan.topology}, to play with by hand. Made by \`pgdrill plan --compose\`; do not edit.

   npm run setup                   makes the images, once
   docker compose up --detach      brings it up (Compose 2.23.1 or newer)${ask}
   docker compose down --volumes   removes it with its data`;
}
