import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DrillError } from '../base/errors.ts';
import { formatMs } from '../base/duration.ts';
import { ensureBase } from './base-image.ts';
import type { Engine } from './engine.ts';
import { engineFailure, followEngine } from './engine-stream.ts';
import type { Recipe } from './image-recipe.ts';
import { linuxNode } from './linux-node.ts';
import { sweepWorkshop, workshopDir } from './workshop.ts';

/** Unpacking a large package says nothing for a while on a slow disk. */
const buildBudgets = { firstMs: 120_000, silenceMs: 300_000 };

/** Proxy settings that the engine hands to a build without baking them into the image. */
const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * Builds a recipe's image; the tag appears only when all of it worked.
 * @throws DrillError `image-missing` with what apt said, `disk-full`.
 */
export async function buildImage(engine: Engine, recipe: Recipe, note: (text: string) => void): Promise<void> {
  const base = await ensureBase(engine, recipe.suite, note);
  note(`building ${recipe.reference}: ${recipe.what}`);
  const startedMs = performance.now();
  const proxies = Object.fromEntries(
    proxyVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  await mkdir(workshopDir(), { recursive: true });
  await sweepWorkshop();
  const context = await mkdtemp(join(workshopDir(), 'build-'));
  const said: string[] = [];
  try {
    await layOut(context, recipe, engine, note);
    const options = {
      t: recipe.reference,
      buildargs: { BASE: base, ...recipe.buildArgs, ...proxies },
      labels: { 'pgdrill.image': recipe.repository },
      forcerm: true,
    };
    const src = await readdir(context);
    await followEngine(
      engine.docker,
      buildBudgets,
      async (abortSignal) => engine.docker.buildImage({ context, src }, { ...options, abortSignal }),
      (event) => said.push(event.stream ?? ''),
    );
  } catch (error) {
    if (error instanceof DrillError) throw error;
    throw engineFailure(
      `building ${recipe.reference}`,
      new Error(`${(error as Error).message} ${complaints(said)}`, { cause: error }),
      'image-missing',
    );
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  note(`built ${recipe.reference} in ${formatMs(performance.now() - startedMs)}`);
}

async function layOut(context: string, recipe: Recipe, engine: Engine, note: (text: string) => void): Promise<void> {
  for (const [path, content] of recipe.files) {
    await mkdir(dirname(join(context, path)), { recursive: true });
    await writeFile(join(context, path), content);
  }
  if (recipe.needsNode) await cp(await linuxNode(engine.arch, note), join(context, 'node'));
}

/** What apt complained about; its progress is of no interest. */
function complaints(said: string[]): string {
  const lines = said.join('').split('\n');
  return lines
    .filter((line) => /\bE: |Err:|Temporary failure|[Nn]o space left/.test(line))
    .slice(-3)
    .join(' ');
}
