import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dependenciesMatch } from '../../../setup/dependencies.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgdrill-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Packages = Record<string, { version: string; integrity?: string; optional?: boolean }>;

const wanted: Packages = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/b-win32': { version: '2.0.0', integrity: 'sha512-w', optional: true },
};
const installed: Packages = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
};

function lay(lock: Packages, found: Packages | null, folders = Object.keys(found ?? {})): void {
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...lock } }));
  for (const path of folders) mkdirSync(join(folder, path), { recursive: true });
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  mkdirSync(dirname(hidden), { recursive: true });
  if (found !== null) writeFileSync(hidden, JSON.stringify({ packages: found }));
}

it('is content with what the lock file says, less what is for other platforms', () => {
  lay(wanted, installed);
  expect(dependenciesMatch(folder)).toBe(true);
});

it.each<[string, Packages, Packages | null, string[]?]>([
  ['npm ci was interrupted', wanted, null, ['node_modules/a', 'node_modules/b']],
  ['a package is missing', wanted, { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }],
  ['a folder was deleted', wanted, installed, ['node_modules/a']],
  ['a version changed', { ...wanted, 'node_modules/b': { version: '2.0.1', integrity: 'sha512-b' } }, installed],
  ['the bytes changed', { ...wanted, 'node_modules/b': { version: '2.0.0', integrity: 'sha512-c' } }, installed],
  ['a package is left over', wanted, { ...installed, 'node_modules/c': { version: '1.0.0' } }],
])('installs again when %s', (_, lock, found, folders) => {
  lay(lock, found, folders);
  expect(dependenciesMatch(folder)).toBe(false);
});

it('installs when there is nothing at all', () => {
  expect(dependenciesMatch(folder)).toBe(false);
});
