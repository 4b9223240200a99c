import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Suites that Debian has not released yet have no point releases to update from and, at times, no security suite. */
const testing = new Set(['forky']);

/** Settings of this machine's apt without which its mirrors may not be usable: a proxy, a mirror that is a dated snapshot. */
const inherited = /^Acquire::(http::Proxy|https::Proxy|Check-Valid-Until|Check-Date) /;

export interface AptSources {
  /** One-line sources. */
  lines: string[];
  /** Settings, in the syntax of apt.conf. */
  aptOptions: string[];
}

/** Where a Debian suite comes from: the mirrors that this machine's own apt uses where it runs Debian, else Debian's. */
export async function aptSources(suite: string): Promise<AptSources> {
  const uris = await configuredUris();
  const main = uris.find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian';
  const security = uris.find((uri) => /\/debian-security\/?$/.test(uri)) ?? 'http://deb.debian.org/debian-security';
  const lines = [`deb ${main} ${suite} main`];
  if (!testing.has(suite)) lines.push(`deb ${main} ${suite}-updates main`, `deb ${security} ${suite}-security main`);
  return { lines, aptOptions: await inheritedOptions() };
}

async function configuredUris(): Promise<string[]> {
  const folder = '/etc/apt/sources.list.d';
  const inFolder = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...inFolder.map((file) => join(folder, file))];
  const texts = await Promise.all(files.map(async (file) => readFile(file, 'utf8').catch(() => '')));
  const active = texts.flatMap((text) => text.split('\n')).filter((line) => /^\s*(deb\s|URIs:)/.test(line));
  return active.flatMap((line) => line.match(/https?:\/\/\S+/g) ?? []);
}

async function inheritedOptions(): Promise<string[]> {
  const dump = await promisify(execFile)('apt-config', ['dump'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  return dump.stdout.split('\n').filter((line) => inherited.test(line));
}
