import type Dockerode from 'dockerode';
import type { PlannedContainer } from '../contract/topology.ts';

/** In a seed's image: an empty directory, owned as the seed is, for what a container writes, and one for the kernel's use. */
const layerDir = '/pgdrill-layer';

/** Ends a seed's script: makes the directories of `layerDir`. */
export const layerScript = (path: string): string => `mkdir -p ${layerDir}/upper ${layerDir}/work
chown "$(stat -c %u:%g '${path}')" ${layerDir}/upper
chmod "$(stat -c %a '${path}')" ${layerDir}/upper`;

/** A volume's name, or a folder's path, and where a container has it. */
export interface Bind {
  source: string;
  target: string;
  /** The engine leaves the volume as it is; by default it fills an empty one from the image. */
  unfilled?: boolean;
}

interface VolumeOptions {
  docker: Dockerode;
  /** Names of volumes begin with the container's. */
  container: { name: string; image: string; labels: Record<string, string> };
  /** Creates one, and tells of it. @returns where the engine keeps it. */
  create: (volume: { Name: string; Labels: Record<string, string>; DriverOpts?: Record<string, string> }) => Promise<string>;
}

/**
 * The volumes of a planned container. A seeded one is an overlay where the engine can: the seed's image layer below, read-only
 * and shared by all, and above it what this container writes. (A PostgreSQL data directory is 1300 files: three copies of
 * it cost more than all the rest of a cluster's start.) Elsewhere the engine copies the seed into an ordinary volume.
 */
export async function makeVolumes({ volumes = [], seed }: PlannedContainer, options: VolumeOptions): Promise<Bind[]> {
  const { docker, container, create } = options;
  const made = volumes.map(async ({ name, path }): Promise<Bind[]> => {
    const volume = { Name: `${container.name}-${name}`, Labels: container.labels };
    const below = seed?.path === path ? await seedLayer(docker, container.image, path) : null;
    if (below === null) {
      await create(volume);
      return [{ source: volume.Name, target: path }];
    }
    const layer = { Name: `${volume.Name}-layer`, Labels: container.labels };
    // The engine fills it with the two directories when it creates the container, and mounts the overlay when it starts it.
    const above = await create(layer);
    // Without redirect_dir, renaming a directory of the seed would fail as if it led to another filesystem.
    const mount = `lowerdir=${below},upperdir=${above}/upper,workdir=${above}/work,redirect_dir=on`;
    await create({ ...volume, DriverOpts: { type: 'overlay', device: 'overlay', o: mount } });
    return [
      { source: layer.Name, target: layerDir },
      { source: volume.Name, target: path, unfilled: true },
    ];
  });
  return (await Promise.all(made)).flat();
}

/** Where the engine keeps what a seed's image has at `path`; null where it keeps no such directory, or may not mount one over it. */
async function seedLayer(docker: Dockerode, image: string, path: string): Promise<string | null> {
  const [{ GraphDriver }, info] = await Promise.all([docker.getImage(image).inspect(), docker.info() as Promise<EngineInfo>]);
  const rootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  const layer = (GraphDriver as ImageStore | null)?.Name === 'overlay2' ? (GraphDriver as ImageStore).Data?.['UpperDir'] : undefined;
  return rootless || layer === undefined ? null : `${layer}${path}`;
}

/** What dockerode's types leave out, or promise though engines with another image store do not have it. */
interface ImageStore {
  Name?: string;
  Data?: Record<string, string>;
}
interface EngineInfo {
  SecurityOptions?: string[];
}
