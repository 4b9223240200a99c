#!/usr/bin/env node
// Starts pgdrill on Node 24 or newer, from a checkout (TypeScript as it is) or from the package (built JavaScript).
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawnOn } from './spawn.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = at('../src/cli/main.js');
const main = existsSync(built) ? built : at('../src/cli/main.ts');
const brought = at(`../.pgdrill/node24/node_modules/node-linux-${process.arch}/bin/node`);

const refuse = (text) => {
  process.stderr.write(`pgdrill: ${text}\n`);
  process.exitCode = 2;
};

if (main !== built && !existsSync(at('../node_modules/commander/package.json'))) {
  refuse('the dependencies are not installed: `npm run setup` brings them');
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  const cli = await import(main);
  process.exitCode = await cli.main(process.argv.slice(2));
} else if (existsSync(brought)) {
  spawnOn(brought, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  refuse(`it runs on Node 24 or newer, this is ${process.version}: \`npm run setup\` in a checkout brings one`);
}
