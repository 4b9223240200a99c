import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ImageRole } from '../contract/topology.ts';
import { DrillError } from '../base/errors.ts';
import { imagesDir } from './workshop.ts';
import { nodeVersion } from './linux-node.ts';

/** The Debian suite that has each major of PostgreSQL. */
const suites: Record<number, string> = { 15: 'bookworm', 17: 'trixie', 18: 'forky' };

export const supportedMajors = Object.keys(suites).map(Number);

/** Sandboxes and everything that is not a database stand on the current stable release. */
const toolsSuite = 'trixie';

/** What an image is made of; its tag is the hash of all this. */
export interface Recipe {
  /** `pgdrill/tools`, `pgdrill/postgres`. */
  repository: string;
  suite: string;
  buildArgs: Record<string, string>;
  /** Path in the build context → content. */
  files: Map<string, Buffer>;
  needsNode: boolean;
  /** `pgdrill/postgres:17-3fa94c01d2be` */
  reference: string;
  what: string;
}

/** @throws DrillError `bad-usage` for a major that no Debian suite here has. */
export async function recipeFor(role: ImageRole, postgres: number): Promise<Recipe> {
  if (role !== 'postgres') return toolsRecipe();
  const suite = suites[postgres];
  if (suite === undefined) {
    throw new DrillError(`there is no image for PostgreSQL ${postgres}; there are ones for ${supportedMajors.join(', ')}`, {
      code: 'bad-usage',
      hint: 'name an image of your own for the role `postgres`',
    });
  }
  const files = new Map([['Dockerfile', await readFile(join(imagesDir, 'postgres', 'Dockerfile'))]]);
  const what = `PostgreSQL ${postgres} and Patroni on Debian ${suite}`;
  return withHash(
    { repository: 'pgdrill/postgres', suite, buildArgs: { MAJOR: String(postgres) }, files, needsNode: false, what },
    `${postgres}-`,
  );
}

async function toolsRecipe(): Promise<Recipe> {
  const files = new Map([['Dockerfile', await readFile(join(imagesDir, 'tools', 'Dockerfile'))], ...(await packageClosure('pg'))]);
  const what = `etcd, HAProxy, PgBouncer, Node and network tools on Debian ${toolsSuite}`;
  return withHash(
    { repository: 'pgdrill/tools', suite: toolsSuite, buildArgs: { NODE_VERSION: nodeVersion }, files, needsNode: true, what },
    '',
  );
}

function withHash(parts: Omit<Recipe, 'reference'>, prefix: string): Recipe {
  const hash = createHash('sha256').update(JSON.stringify([parts.suite, parts.buildArgs]));
  for (const [path, content] of [...parts.files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return { ...parts, reference: `${parts.repository}:${prefix}${hash.digest('hex').slice(0, 12)}` };
}

/** The files of a pure JavaScript package and of all it depends on, laid flat under node_modules/. */
async function packageClosure(entry: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const seen = new Set<string>();
  const visit = async (name: string, from: string): Promise<void> => {
    if (seen.has(name)) return;
    seen.add(name);
    const folder = packageFolder(name, from);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(file.parentPath, file.name);
      const inPackage = path.slice(folder.length + 1);
      if (file.isFile() && !inPackage.startsWith('node_modules')) files.set(`node_modules/${name}/${inPackage}`, await readFile(path));
    }
    for (const dependency of Object.keys(manifest.dependencies ?? {})) await visit(dependency, folder);
  };
  await visit(entry, imagesDir);
  return files;
}

function packageFolder(name: string, from: string): string {
  const folders = createRequire(join(from, 'x.js')).resolve.paths(name) ?? [];
  const require = createRequire(join(from, 'x.js'));
  for (const folder of folders) {
    try {
      return dirname(require.resolve(join(folder, name, 'package.json')));
    } catch {
      // Not installed at this level; the next one up may have it.
    }
  }
  throw new DrillError(`the package ${name} is not installed`, { code: 'internal', hint: 'run `npm ci`' });
}
