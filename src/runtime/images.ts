import { imageRoles, type ImageRole } from '../contract/topology.ts';
import { DrillError, messageOf } from '../base/errors.ts';
import { buildImage } from './build.ts';
import type { Engine } from './engine.ts';
import { recipeFor, supportedMajors } from './image-recipe.ts';
import { withLock } from './lock.ts';
import { inspectImage, pullImage, type ImageFacts } from './pull.ts';

export { ensureSeed } from './seed-image.ts';

export interface PreparedImage {
  /** What containers are created from. */
  reference: string;
  /** Digest in its registry where it has one, else the engine's id of it. */
  digest: string;
}

export interface EnsureImagesOptions<R extends ImageRole = ImageRole> {
  engine: Engine;
  roles: readonly R[];
  /** PostgreSQL major version. */
  postgres: number;
  /** Images of the user's own, per role. */
  overrides: Record<string, string>;
  /** Told one line at a time what takes time. */
  note: (text: string) => void;
}

/**
 * Sees that every role has an image; builds only what is not there yet.
 * @throws DrillError `image-missing`, `disk-full`, `bad-usage` (an unknown role, a major without an image), `engine-unreachable`.
 */
export async function ensureImages<R extends ImageRole>(options: EnsureImagesOptions<R>): Promise<Record<R, PreparedImage>> {
  for (const role of Object.keys(options.overrides)) {
    if (imageRoles.every((known) => known !== role)) {
      throw new DrillError(`no image has the role "${role}"; the roles are ${imageRoles.join(', ')}`, { code: 'bad-usage' });
    }
  }
  const prepared: Partial<Record<R, PreparedImage>> = {};
  const own = { tools: lazy(() => ensureOwn(options, 'tools')), postgres: lazy(() => ensureOwn(options, 'postgres')) };
  for (const role of options.roles) {
    const override = options.overrides[role];
    if (override !== undefined) prepared[role] = await ensureNamed(options, role, override);
    else prepared[role] = await (role === 'postgres' ? own.postgres() : own.tools());
  }
  return prepared as Record<R, PreparedImage>;
}

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => (made ??= make());
}

async function ensureOwn({ engine, postgres, note }: EnsureImagesOptions, role: 'tools' | 'postgres'): Promise<PreparedImage> {
  const recipe = await recipeFor(role, postgres);
  const there = await inspectImage(engine.docker, recipe.reference);
  if (there !== null) return prepare(recipe.reference, there);
  return withLock(recipe.reference.replaceAll(/[/:]/g, '-'), async () => {
    // Another process may have built it while this one waited.
    if ((await inspectImage(engine.docker, recipe.reference)) === null) await buildImage(engine, recipe, note);
    const built = await inspectImage(engine.docker, recipe.reference);
    if (built === null) throw new DrillError(`${recipe.reference} was built and is not there`, { code: 'image-missing' });
    return prepare(recipe.reference, built);
  });
}

async function ensureNamed({ engine, note }: EnsureImagesOptions, role: ImageRole, reference: string): Promise<PreparedImage> {
  const there = await inspectImage(engine.docker, reference);
  if (there !== null) return prepare(reference, there);
  note(`pulling ${reference}`);
  try {
    await pullImage(engine.docker, reference);
  } catch (error) {
    if (error instanceof DrillError && error.code !== 'image-missing') throw error;
    throw new DrillError(
      `the image ${reference}, named for the role ${role}, is not in the engine and cannot be pulled: ${messageOf(error)}`,
      {
        code: 'image-missing',
        hint: `\`docker pull ${reference}\` by hand if its registry wants a login, or check the name`,
        cause: error,
      },
    );
  }
  const pulled = await inspectImage(engine.docker, reference);
  if (pulled === null) throw new DrillError(`${reference} was pulled and is not there`, { code: 'image-missing' });
  return prepare(reference, pulled);
}

function prepare(reference: string, { id, repoDigest }: ImageFacts): PreparedImage {
  return { reference, digest: repoDigest ?? id };
}

/** References of pgdrill's own images that the present sources would no longer make, and of seeds that stand on none of those that they make. */
export async function staleImages(engine: Engine): Promise<string[]> {
  const recipes = await Promise.all([recipeFor('tools', 0), ...supportedMajors.map(async (major) => recipeFor('postgres', major))]);
  const current = new Set(recipes.map(({ reference }) => reference));
  const listed = await engine.docker.listImages({ filters: { label: ['pgdrill.image'] } });
  const currentIds = new Set(listed.filter((image) => (image.RepoTags ?? []).some((tag) => current.has(tag))).map((image) => image.Id));
  return listed
    .filter(({ Labels }) => Labels['pgdrill.image'] !== 'base')
    .filter(
      ({ Id, Labels }) =>
        !currentIds.has(Id) && !(Labels['pgdrill.image'] === 'pgdrill/seed' && currentIds.has(Labels['pgdrill.seed.of'] ?? '')),
    )
    .flatMap(({ Id, RepoTags }) => RepoTags ?? [Id]);
}
