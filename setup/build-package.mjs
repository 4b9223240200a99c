// Makes dist/, the package as it is published (`npm publish ./dist`): Node runs TypeScript in a checkout, but not inside node_modules.
// dist/ has the folders of the checkout, so that whatever is looked up beside a source file is found there too.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

const dist = join(root, 'dist');
const carried = ['bin', 'images', 'reports', 'scenarios', 'topologies', 'README.md', 'LICENSE'];
const kept = ['name', 'version', 'description', 'license', 'type', 'dependencies'];

function isPublished(path) {
  const place = relative(root, path);
  return place !== join('reports', 'runs') && !place.endsWith('.ts');
}

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
process.exitCode = status ?? 1;

for (const name of carried) {
  if (existsSync(join(root, name))) cpSync(join(root, name), join(dist, name), { recursive: true, filter: isPublished });
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const published = {
  ...Object.fromEntries(kept.map((key) => [key, manifest[key]])),
  engines: { node: '>=24' },
  bin: manifest.bin,
  exports: { '.': { types: './src/index.d.ts', default: './src/index.js' } },
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
