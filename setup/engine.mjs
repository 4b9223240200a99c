import { existsSync } from 'node:fs';
import { aptInstall, isDebianLike } from './apt.mjs';
import { startEngine } from './engine-start.mjs';
import { findEngine } from './ping.mjs';
import { say, seconds, SetupError } from './say.mjs';

/** Sees that a container engine answers: one that is there, one that is stopped and can be started, or one from the distribution. */
export async function ensureEngine() {
  const { address, denied } = await findEngine();
  if (address !== null) return address;
  if (denied !== null) {
    throw new SetupError(
      `the engine's socket ${denied} is there, but this user may not open it`,
      'add the user to the group `docker` and log in again',
    );
  }
  if (process.env.DOCKER_HOST) {
    throw new SetupError(
      `DOCKER_HOST is ${process.env.DOCKER_HOST} and no engine answers there`,
      'start that engine, or unset DOCKER_HOST',
    );
  }
  if (process.env.PGDRILL_NO_ENGINE_INSTALL) {
    throw new SetupError(
      'no container engine answers, and PGDRILL_NO_ENGINE_INSTALL forbids to install or start one',
      'install and start Docker Engine, or unset the variable',
    );
  }
  if (process.platform !== 'linux') {
    throw new SetupError('no container engine answers', 'install and start Docker Desktop, OrbStack, Colima or Rancher Desktop');
  }
  if (process.getuid() !== 0) {
    throw new SetupError(
      'no container engine answers, and only root may install or start one',
      'run set-up as root once, or install and start Docker Engine: https://docs.docker.com/engine/install/',
    );
  }
  if (!hasDockerd()) await installFromDistribution();
  return (await findEngine()).address ?? startEngine();
}

function hasDockerd() {
  return ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'].some((path) => existsSync(path));
}

async function installFromDistribution() {
  if (!isDebianLike()) {
    throw new SetupError(
      'no container engine answers; set-up can install one on Debian and Ubuntu only',
      'install Docker Engine: https://docs.docker.com/engine/install/',
    );
  }
  const startedMs = performance.now();
  say('Docker Engine: none answers; installing docker.io with apt (PGDRILL_NO_ENGINE_INSTALL=1 refuses this)');
  await aptInstall('docker.io', 'iptables', 'ca-certificates');
  say(`Docker Engine: installed in ${seconds(startedMs)}`);
}
