import { createHash } from 'node:crypto';
import type Dockerode from 'dockerode';
import type { PlannedSeed } from '../contract/topology.ts';
import { DrillError } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';
import { waitFor } from '../base/wait.ts';
import { listLeftovers, removeRun } from './clean.ts';
import { engineStatus } from './container.ts';
import type { Engine } from './engine.ts';
import { engineFailure } from './engine-stream.ts';
import { demuxText } from './exec.ts';
import { labelsOf, runLabels, thisProcessAsOwner } from './labels.ts';
import { inspectImage } from './pull.ts';
import { layerScript } from './volumes.ts';

/** initdb and a first start take 3 s here; a slow disk may take ten times that. */
const scriptBudgetMs = 180_000;

interface SeedOptions {
  engine: Engine;
  seed: PlannedSeed;
  /** The role's image. */
  image: { reference: string; digest: string };
  note: (text: string) => void;
}

/**
 * The image that holds a seeded data directory; made on first use, by one process at a time.
 * @throws DrillError `provision-failed` with what the script said, `disk-full`, `bad-usage` for an image that cannot hold a seed.
 */
export async function ensureSeed(options: SeedOptions): Promise<{ reference: string; digest: string }> {
  const { engine, seed, image, note } = options;
  const source = await engine.docker.getImage(image.reference).inspect();
  const hash = createHash('sha256')
    .update(JSON.stringify([source.Id, seed.path, wholeScript(seed)]))
    .digest('hex')
    .slice(0, 12);
  const reference = `pgdrill/seed:${hash}`;
  const there = await inspectImage(engine.docker, reference);
  if (there !== null) return { reference, digest: there.id };
  refuseVolumes(image.reference, source, seed.path);

  const budgetMs = scriptBudgetMs + 60_000;
  const claimed = await waitFor({ name: `another process to seed ${reference}`, budgetMs, intervalMs: 250 }, async () => {
    if ((await inspectImage(engine.docker, reference)) !== null) return { done: true, value: null };
    const container = await claim(options, hash);
    return container === null ? { done: false, seen: await lookAtClaim(engine.docker, hash) } : { done: true, value: container };
  });
  if (claimed !== null) {
    note(`seeding ${reference} from ${image.reference}`);
    await fill(image.reference, claimed, source, hash);
  }
  const made = await inspectImage(engine.docker, reference);
  if (made === null) throw new DrillError(`${reference} was seeded and is not there`, { code: 'image-missing' });
  return { reference, digest: made.id };
}

const seedRun = (hash: string): string => `seed-${hash}`;

/**
 * The seed lies wholly in the layer that the commit makes, so nothing of it may be there before: a volume may be an overlay of that
 * layer alone.
 */
const wholeScript = ({ path, script }: PlannedSeed): string => `if [ -n "$(ls -A '${path}' 2>/dev/null)" ]; then
  echo 'the image holds something at ${path} already' >&2; exit 1
fi
rm -rf '${path}'
${script}
if [ -z "$(ls -A '${path}')" ]; then echo 'the seed script left ${path} empty' >&2; exit 1; fi
${layerScript(path)}
`;

/** The container's name is the claim: the engine gives it to one process only. Null: another has it. */
async function claim({ engine, seed, image }: SeedOptions, hash: string): Promise<Dockerode.Container | null> {
  try {
    return await engine.docker.createContainer({
      name: `pgdrill-seed-${hash}`,
      Image: image.reference,
      Entrypoint: [],
      Cmd: ['/bin/sh', '-ec', wholeScript(seed)],
      User: 'root',
      Labels: labelsOf(thisProcessAsOwner(seedRun(hash))),
      HostConfig: { NetworkMode: 'none' },
    });
  } catch (error) {
    if (engineStatus(error) === 409) return null;
    throw engineFailure(`preparing the seed of ${image.reference}`, error, 'provision-failed');
  }
}

/** Another process has the claim; if it died, its container is removed so that the next look can claim. */
async function lookAtClaim(docker: Dockerode, hash: string): Promise<string> {
  const [holder] = await listLeftovers(docker, seedRun(hash));
  if (holder === undefined) return 'the other process has just finished';
  if (holder.live) return 'another process is seeding it';
  await removeRun(docker, seedRun(hash));
  return 'the process that was seeding it died';
}

async function fill(from: string, container: Dockerode.Container, source: Dockerode.ImageInspectInfo, hash: string): Promise<void> {
  try {
    await container.start();
    const exitCode = await exitOf(container);
    if (exitCode !== 0) {
      const said = demuxText(await container.logs({ stdout: true, stderr: true, tail: 20 }));
      throw engineFailure(`seeding from ${from} ended with exit code ${exitCode}`, new Error(said.trim().slice(-500)), 'provision-failed');
    }
    // A commit keeps the container's command, user and labels; what runs from the seed should find those of its role's image.
    const none = [runLabels.run, runLabels.pid, runLabels.host, runLabels.started, 'pgdrill'].map((label) => `${label}=""`).join(' ');
    await container.commit({
      repo: 'pgdrill/seed',
      tag: hash,
      changes: [
        `ENTRYPOINT ${JSON.stringify(source.Config.Entrypoint ?? [])}`,
        `CMD ${JSON.stringify(source.Config.Cmd ?? [])}`,
        `USER ${source.Config.User === '' ? 'root' : source.Config.User}`,
        `LABEL pgdrill.image=pgdrill/seed pgdrill.seed.of=${source.Id} ${none}`,
      ],
    });
  } catch (error) {
    throw engineFailure(`seeding from ${from}`, error, 'provision-failed');
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

async function exitOf(container: Dockerode.Container): Promise<number> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the seed script took longer than ${formatMs(scriptBudgetMs)}`)), scriptBudgetMs);
  try {
    const { StatusCode } = (await Promise.race([container.wait(), late])) as { StatusCode: number };
    return StatusCode;
  } finally {
    clearTimeout(timer);
  }
}

/** What lies in a volume is not in the image that a commit makes. */
function refuseVolumes(reference: string, source: Dockerode.ImageInspectInfo, path: string): void {
  const volumes = Object.keys(source.Config.Volumes ?? {});
  const covering = volumes.find((volume) => path === volume || path.startsWith(`${volume}/`));
  if (covering === undefined) return;
  throw new DrillError(`the image ${reference} declares the volume ${covering}, so ${path} cannot be seeded in it`, {
    code: 'bad-usage',
    hint: 'use an image without VOLUME there, or a data directory elsewhere',
  });
}
