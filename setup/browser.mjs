import { existsSync } from 'node:fs';
import { aptInstall, isDebianLike } from './apt.mjs';
import { say, seconds, SetupError } from './say.mjs';

/** Where the tests look for it: Debian's package, or what the variable names. */
const chromium = process.env.PGDRILL_CHROMIUM ?? '/usr/bin/chromium';

/** Sees that the tests of the report have a real browser. */
export async function ensureBrowser() {
  if (existsSync(chromium)) return;
  if (!isDebianLike() || process.getuid() !== 0) {
    throw new SetupError(`the tests need Chromium, and ${chromium} is not there`, 'install it, or name one in PGDRILL_CHROMIUM');
  }
  const startedMs = performance.now();
  say('Chromium: not there; installing it with apt for the tests of the report');
  await aptInstall('chromium', 'fonts-dejavu-core');
  say(`Chromium: installed in ${seconds(startedMs)}`);
}
