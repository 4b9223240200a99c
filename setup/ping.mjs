import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where an engine may listen, in the order in which pgdrill looks. */
function addresses() {
  const configured = process.env.DOCKER_HOST;
  if (configured) {
    const url = new URL(configured);
    if (url.hostname) return [{ host: url.hostname, port: Number(url.port) || 2375 }];
    return [{ socketPath: url.pathname }];
  }
  const runtime = process.env.XDG_RUNTIME_DIR ?? `/run/user/${process.getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
  ]
    .filter(existsSync)
    .map((socketPath) => ({ socketPath }));
}

/** Status of a GET; throws what the socket throws. */
function get(address, path, budgetMs) {
  return new Promise((resolve, reject) => {
    const call = request({ ...address, path, timeout: budgetMs }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', reject);
    call.end();
  });
}

/**
 * Asks every place where an engine may listen.
 * @returns {Promise<{ address: object | null, denied: string | null }>} the first that answers; or a socket that this user may not open.
 */
export async function findEngine(budgetMs = 2000) {
  let denied = null;
  for (const address of addresses()) {
    try {
      if ((await get(address, '/_ping', budgetMs)) === 200) return { address, denied: null };
    } catch (error) {
      if (error.code === 'EACCES') denied = address.socketPath;
    }
  }
  return { address: null, denied };
}

/** Whether the engine has all these images. */
export async function hasImages(address, references) {
  const answers = await Promise.all(references.map((reference) => get(address, `/images/${reference}/json`, 2000).catch(() => 0)));
  return answers.every((status) => status === 200);
}
