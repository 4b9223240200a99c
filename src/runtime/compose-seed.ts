import type { PlannedSeed, TopologyPlan } from '../contract/topology.ts';
import { eachContainer, escaped, volumesOf, type ComposeImages, type Json } from './compose-parts.ts';

/** A data directory to be made once, and the volumes that get a copy of it. */
interface SeedService {
  name: string;
  seed: PlannedSeed;
  copies: { service: string; volume: string }[];
}

/** Containers of one seed get copies of one data directory, as in a drill: made by one script each they would be different clusters. */
export function seedsOf(plan: TopologyPlan): SeedService[] {
  const seeds = new Map<string, SeedService>();
  for (const { service, container } of eachContainer(plan)) {
    const { seed } = container;
    if (seed === undefined) continue;
    const key = JSON.stringify([seed.role, seed.path, seed.script]);
    const known = seeds.get(key) ?? { name: `seed${seeds.size === 0 ? '' : seeds.size + 1}`, seed, copies: [] };
    const volume = volumesOf(service, container).find(({ path }) => path === seed.path)?.name ?? '';
    seeds.set(key, { ...known, copies: [...known.copies, { service, volume }] });
  }
  return [...seeds.values()];
}

/** Runs the script and ends. Volumes that hold something are left as they are: what is brought up again keeps its data. */
export function seedService({ seed, copies }: SeedService, images: ComposeImages): Json {
  return {
    image: images[seed.role],
    user: 'root',
    network_mode: 'none',
    command: ['sh', '-ec', escaped(fillScript(seed))],
    volumes: copies.map(({ service, volume }) => `${volume}:/seeded/${service}`),
  };
}

const fillScript = ({ path, script }: PlannedSeed): string => `empty=
for copy in /seeded/*; do if [ -z "$(ls -A "$copy")" ]; then empty="$empty $copy"; fi; done
if [ -z "$empty" ]; then exit 0; fi
if [ ! -e /seed-made ]; then
(
${script.trimEnd()}
)
touch /seed-made
fi
for copy in $empty; do cp -a ${path}/. "$copy"/; done
`;
