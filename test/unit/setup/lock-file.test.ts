import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { missingEntries } from '../../../setup/complete-lock.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
interface LockFile {
  packages: Record<string, { version?: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> }>;
}
const lockFile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;

it('names every platform, so that npm ci takes it on a registry that has only some', () => {
  expect(missingEntries(lockFile.packages), 'run `node setup/complete-lock.mjs`').toEqual({});
});

it('would be seen to lack one', () => {
  const packages = { '': {}, 'node_modules/x': { version: '1.0.0', dev: true, optionalDependencies: { '@x/linux-x64-musl': '1.0.0' } } };
  expect(missingEntries(packages)).toEqual({
    'node_modules/@x/linux-x64-musl': { version: '1.0.0', cpu: ['x64'], dev: true, libc: ['musl'], optional: true, os: ['linux'] },
  });
});

it('and package.json pin every version exactly', () => {
  const { dependencies, devDependencies } = lockFile.packages[''] ?? {};
  const versions = Object.values({ ...dependencies, ...devDependencies });
  expect(versions.length).toBeGreaterThan(10);
  for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
