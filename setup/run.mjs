// Usage: run.mjs <tool> [arguments]. Runs a tool of node_modules on the Node that pgdrill runs on, whatever Node npm itself uses.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, delimiter, join } from 'node:path';
import { spawnOn } from '../bin/spawn.mjs';
import { nodeForPgdrill, root } from './paths.mjs';

const [tool, ...args] = process.argv.slice(2);
// `node` itself is a tool too: the right one.
const program = tool === 'node' ? [] : [join(root, 'node_modules', '.bin', tool)];
const node = nodeForPgdrill();
const missing = [node, ...program].find((file) => !existsSync(file));
if (missing !== undefined) {
  process.stderr.write(`${missing === node ? 'Node 24' : tool} is not installed: \`npm run setup\` brings it\n`);
  process.exitCode = 2;
} else {
  // What the tool itself starts as `node` should be the same one.
  process.env.PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
  spawnOn(node, [...program.map((link) => realpathSync(link)), ...args]);
}
