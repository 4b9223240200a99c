import { InvalidArgumentError, type Command } from 'commander';
import { openOutput, type Output } from './output.ts';

/** The output of a command, as its `--json` (before or after the command's name) asks for it. */
export function outputOf(command: Command): Output {
  return openOutput(command.optsWithGlobals<{ json?: boolean }>().json === true);
}

const maxSeed = 2 ** 32 - 1;

/** A seed: a whole number of 32 bits. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > maxSeed) throw new InvalidArgumentError(`a seed is a whole number from 0 to ${maxSeed}.`);
  return seed;
}

const roles = ['postgres', 'etcd', 'haproxy', 'pgbouncer', 'tools', 'client'];

/** Collects `role=reference` options into one record. */
export function parseImage(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, role = '', reference = ''] = /^([^=]+)=(\S+)$/.exec(text) ?? [];
  if (reference === '') throw new InvalidArgumentError('an image is given as role=reference, for example postgres=registry.example/pg:17.');
  if (!roles.includes(role)) throw new InvalidArgumentError(`there is no role ${role}; the roles are ${roles.join(', ')}.`);
  return { ...before, [role]: reference };
}
