import type Dockerode from 'dockerode';
import { engineStatus } from './container.ts';
import { engineFailure, followEngine } from './engine-stream.ts';

/** A registry that can be reached answers within a second or two; one that cannot should not hold up a drill. */
const pullBudgets = { firstMs: 8_000, silenceMs: 60_000 };

export interface ImageFacts {
  id: string;
  /** Digest in its registry, where it came from one. */
  repoDigest: string | null;
}

/** What the engine knows of an image; null when it is not there. */
export async function inspectImage(docker: Dockerode, reference: string): Promise<ImageFacts | null> {
  try {
    const image = await docker.getImage(reference).inspect();
    return { id: image.Id, repoDigest: image.RepoDigests?.[0]?.replace(/^.*@/, '') ?? null };
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw engineFailure(`could not inspect image ${reference}`, error, 'engine-unreachable');
  }
}

/** @throws DrillError `image-missing` within seconds where no registry answers; `disk-full`. */
export async function pullImage(docker: Dockerode, reference: string): Promise<void> {
  try {
    await followEngine(docker, pullBudgets, async (abortSignal) => docker.pull(reference, { abortSignal }));
  } catch (error) {
    throw engineFailure(`pulling ${reference}`, error, 'image-missing');
  }
}
