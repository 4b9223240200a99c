// Brings what pgdrill needs to run from a fresh clone: dependencies, Node 24, a container engine, images. Runs on any Node from 20,
// with nothing installed. Usage: setup.mjs [--tests]; with --tests also what only the tests need:
// the images of the other PostgreSQL major that they prove, and a browser.
import { ensureBrowser } from './browser.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureEngine } from './engine.mjs';
import { ensureAllImages } from './images.mjs';
import { oneAtATime } from './lock.mjs';
import { ensureNode24 } from './node24.mjs';
import { say, seconds, SetupError } from './say.mjs';

const startedMs = performance.now();
const forTests = process.argv.includes('--tests');

try {
  await oneAtATime(async () => {
    await ensureDependencies();
    await ensureNode24();
    const address = await ensureEngine();
    await ensureAllImages(address, forTests ? [17, 15] : [17]);
    if (forTests) await ensureBrowser();
  });
  say(`everything is there (${seconds(startedMs)})`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  if (error.hint !== undefined) say(`what helps: ${error.hint}`);
  process.exitCode = 2;
}
