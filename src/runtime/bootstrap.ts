import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DrillError, messageOf } from '../base/errors.ts';
import { aptSources } from './apt-sources.ts';
import type { Engine } from './engine.ts';
import { engineFailure, followEngine } from './engine-stream.ts';
import { workshopDir } from './workshop.ts';

const run = promisify(execFile);

/** It takes 15 to 20 s from a near mirror. */
const bootstrapBudgetMs = 600_000;

/** Files that no drill reads: the same that Debian's own slim images leave out. */
const leftOut = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*'];

/**
 * Makes a minimal Debian from the mirrors that this machine's apt uses, and imports it under `reference`.
 * @throws DrillError `image-missing` where this machine cannot, `disk-full`.
 */
export async function bootstrapBase(engine: Engine, suite: string, reference: string, note: (text: string) => void): Promise<void> {
  if (engine.arch !== process.arch) throw missing(`the engine runs on ${engine.arch}, this machine on ${process.arch}`);
  await ensureMmdebstrap(note);
  await mkdir(workshopDir(), { recursive: true });
  const folder = await mkdtemp(join(workshopDir(), 'base-'));
  try {
    const tarball = join(folder, `${suite}.tar`);
    const { lines, aptOptions } = await aptSources(suite);
    await mmdebstrap([
      '--variant=minbase',
      '--include=ca-certificates',
      ...aptOptions.map((option) => `--aptopt=${option}`),
      ...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
      suite,
      tarball,
      ...lines,
    ]);
    await importTarball(engine, tarball, reference);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ensureMmdebstrap(note: (text: string) => void): Promise<void> {
  if (await works('mmdebstrap', ['--version'])) return;
  const refused = (process.env['PGDRILL_NO_ENGINE_INSTALL'] ?? '') !== '';
  const able = process.getuid?.() === 0 && (await works('apt-get', ['--version'])) && !refused;
  if (!able) throw missing('mmdebstrap is not installed; `apt-get install mmdebstrap debian-archive-keyring` as root installs it');
  note('installing mmdebstrap with apt');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-q'], { timeout: 180_000, env });
    const install = ['install', '-q', '--yes', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring'];
    await run('apt-get', install, { timeout: 300_000, env });
  } catch (error) {
    throw engineFailure('installing mmdebstrap with apt', lastWords(error), 'image-missing');
  }
}

async function mmdebstrap(args: string[]): Promise<void> {
  try {
    await run('mmdebstrap', args, { timeout: bootstrapBudgetMs, maxBuffer: 64 << 20, env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    throw engineFailure('mmdebstrap', lastWords(error), 'image-missing');
  }
}

/** The tag appears when the whole tarball was read, so nothing half-made ever has it. */
async function importTarball(engine: Engine, tarball: string, reference: string): Promise<void> {
  const [repo, tag] = reference.split(':');
  const options = { repo, tag, changes: ['ENV LANG=C.UTF-8', 'LABEL pgdrill.image=base'] };
  try {
    await followEngine(engine.docker, { firstMs: 120_000, silenceMs: 120_000 }, async () =>
      engine.docker.importImage(createReadStream(tarball), options),
    );
  } catch (error) {
    throw engineFailure(`importing ${reference}`, error, 'image-missing');
  }
}

/** What a failed program said last: its complaints, where it marks them, else its last line. */
function lastWords(error: unknown): Error {
  const said = (error as { stderr?: string }).stderr ?? '';
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => /^\s*(E:|Err:|.*[Nn]o space left)/.test(line));
  const words = (complaints.length > 0 ? complaints : lines).slice(-3).join(' ');
  return new Error(words === '' ? messageOf(error) : words, { cause: error });
}

async function works(program: string, args: string[]): Promise<boolean> {
  return run(program, args, { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

function missing(message: string): DrillError {
  return new DrillError(message, { code: 'image-missing' });
}
