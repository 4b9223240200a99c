import type Dockerode from 'dockerode';
import { DrillError, messageOf } from '../base/errors.ts';
import { bootstrapBase } from './bootstrap.ts';
import type { Engine } from './engine.ts';
import { inspectImage, pullImage } from './pull.ts';

/**
 * A minimal Debian of a suite: what is already there, else pulled, else made from the distribution's mirrors.
 * @returns its reference.
 * @throws DrillError `image-missing` that says what was tried, `disk-full`.
 */
export async function ensureBase(engine: Engine, suite: string, note: (text: string) => void): Promise<string> {
  const own = `pgdrill/base:${suite}`;
  const official = `debian:${suite}-slim`;
  const there = await firstThere(engine.docker, [own, official]);
  if (there !== null) return there;

  const tried: string[] = [];
  const attempts: [string, () => Promise<string>][] = [
    [`pulling ${official}`, async () => pullImage(engine.docker, official).then(() => official)],
    [`making ${own} with mmdebstrap`, async () => bootstrapBase(engine, suite, own, note).then(() => own)],
  ];
  for (const [what, attempt] of attempts) {
    note(what);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof DrillError && error.code === 'disk-full') throw error;
      const because = messageOf(error).replace(`${what}: `, '');
      note(`${what} did not work: ${because}`);
      tried.push(`${what} (${because})`);
    }
  }
  throw new DrillError(`no base image for Debian ${suite}; tried ${tried.join('; ')}`, {
    code: 'image-missing',
    hint: `reach a registry or a Debian mirror, or tag a Debian ${suite} image as ${own}`,
  });
}

async function firstThere(docker: Dockerode, references: string[]): Promise<string | null> {
  for (const reference of references) if ((await inspectImage(docker, reference)) !== null) return reference;
  return null;
}
