import { cpus, release, totalmem } from 'node:os';
import type { ImageRole, PlannedContainer, TopologyPlan } from '../../contract/topology.ts';
import { Cluster } from '../../runtime/cluster.ts';
import type { Engine } from '../../runtime/engine.ts';
import { ensureImages, ensureSeed } from '../../runtime/images.ts';
import type { RunOwner } from '../../runtime/labels.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Journal } from '../journal.ts';

export interface Images {
  /** Role, or `seed:<role>`, → what is run. */
  byRole: Record<string, { reference: string; digest: string }>;
  imageOf: (container: PlannedContainer) => string;
}

/** The images of a plan: found, pulled or made, and the data directories that members start from. */
export async function haveImages(
  engine: Engine,
  plan: TopologyPlan,
  scenario: Scenario,
  overrides: Record<string, string>,
  note: (text: string) => void,
): Promise<Images> {
  const containers = plan.nodes.flatMap((node) => node.containers);
  const roles = [...new Set<ImageRole>(['tools', ...containers.map((container) => container.role)])];
  const images = await ensureImages({
    engine,
    roles,
    postgres: scenario.topology.postgres,
    overrides: { ...scenario.topology.images, ...overrides },
    note,
  });
  const seeds = new Map<string, { reference: string; digest: string }>();
  for (const { seed } of containers) {
    if (seed !== undefined && !seeds.has(seed.script))
      seeds.set(seed.script, await ensureSeed({ engine, seed, image: images[seed.role], note }));
  }
  const bySeed = [...seeds.values()].map((image, index): [string, typeof image] => [`seed${index === 0 ? '' : index + 1}`, image]);
  return {
    byRole: { ...Object.fromEntries(roles.map((role) => [role, images[role]])), ...Object.fromEntries(bySeed) },
    imageOf: ({ role, seed }) => (seed === undefined ? images[role] : (seeds.get(seed.script) ?? images[role])).reference,
  };
}

/** provision: the cluster object whose disposal removes whatever it started, also when starting fails halfway. */
export function newCluster(engine: Engine, owner: RunOwner, plan: TopologyPlan, images: Images, journal: Journal): Cluster {
  return new Cluster({
    docker: engine.docker,
    owner,
    plan,
    imageOf: images.imageOf,
    toolsImage: images.byRole['tools']?.reference ?? '',
    note: async (note) => {
      const written = journal.write({ type: 'resource', ...note });
      // Removal goes on when the journal cannot be written: what is left in the engine is worse than a line that is missing.
      await (note.action === 'creating' || note.action === 'created' ? written : written.catch(() => undefined));
    },
  });
}

/** What the figures were measured on. */
export function environmentOf(engine: Engine): Record<string, string | number> {
  return {
    engine: `Docker Engine ${engine.version}`,
    engineOs: engine.operatingSystem,
    kernel: release(),
    node: process.version,
    cpuModel: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 1024 / 1024),
  };
}
