import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DrillError, messageOf } from '../base/errors.ts';
import { workshopDir } from './workshop.ts';

const run = promisify(execFile);
const helper = fileURLToPath(new URL('../../images/node24/install.mjs', import.meta.url));
const manifest = JSON.parse(await readFile(new URL('../../images/node24/package.json', import.meta.url), 'utf8')) as { version: string };

/** The Node that programs inside the topology run on. */
export const nodeVersion = manifest.version;

/**
 * Path of Node's Linux binary, fetched through npm where it is not there yet.
 * @param arch as Node names it.
 * @throws DrillError `image-missing` when npm cannot bring it.
 */
export async function linuxNode(arch: string, note: (text: string) => void): Promise<string> {
  const folder = join(workshopDir(), process.platform === 'linux' && arch === process.arch ? 'node24' : `node24-linux-${arch}`);
  const binary = join(folder, 'node_modules', `node-linux-${arch}`, 'bin', 'node');
  if (await exists(binary)) return binary;
  note(`fetching Node ${nodeVersion} for the images through npm`);
  try {
    await run(process.execPath, [helper, folder, 'linux', arch], { timeout: 300_000 });
  } catch (error) {
    throw new DrillError(
      `Node ${nodeVersion} for linux-${arch}, which the tools image needs, cannot be had from npm: ${messageOf(error).slice(-300)}`,
      {
        code: 'image-missing',
        cause: error,
      },
    );
  }
  return binary;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
