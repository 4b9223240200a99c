import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPlugins, type Plugins } from '../../../src/drill/plugins.ts';
import { validateFile } from '../../../src/drill/validate.ts';
import { docBlocks, wordOf } from '../../support/doc-blocks.ts';

/** The files that the documents give whole: type-checked, found by the plugin loader, and accepted. test/drill/readme.test.ts drills them. */

const run = promisify(execFile);
const home = fileURLToPath(new URL('../../..', import.meta.url));
const files = ['README.md', 'docs/adding-a-fault.md', 'docs/adding-a-topology.md']
  .flatMap((page) => docBlocks(join(home, page)))
  .flatMap((block) => (wordOf(block, 'file') === undefined ? [] : [{ path: wordOf(block, 'file') ?? '', text: block.text }]));
let folder = '';
let plugins: Plugins;

beforeAll(async () => {
  // Inside the checkout, so that they import `pgdrill` as the built-in plugins do.
  mkdirSync(join(home, '.pgdrill'), { recursive: true });
  folder = mkdtempSync(join(home, '.pgdrill/doc-examples-'));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  plugins = await loadPlugins([folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples of the documents', () => {
  it('are a fault, a topology, and a scenario for each page', () => {
    expect(files.map(({ path }) => path)).toEqual([
      'my-first.yaml',
      'faults/replay-pause.ts',
      'scenarios/patroni-ha/replay-pause.yaml',
      'topologies/single/topology.ts',
      'scenarios/single/container-kill.yaml',
    ]);
  });

  it('are type-checked as strictly as the source', async () => {
    const config = { extends: '../../tsconfig.json', compilerOptions: { typeRoots: ['../../node_modules/@types'] }, include: ['**/*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const checked = run(process.execPath, [join(home, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    const complaints = await checked.then(
      () => '',
      (error: Error & { stdout: string }) => `${error.stdout}${error.message}`,
    );
    expect(complaints).toBe('');
  });

  it('are found by the plugin loader', () => {
    expect([...plugins.faults.keys()]).toContain('replay-pause');
    expect([...plugins.topologies.keys()]).toContain('single');
  });

  it('are accepted, without a warning', async () => {
    for (const { path } of files.filter((file) => file.path.endsWith('.yaml'))) {
      const { warnings } = await validateFile(join(folder, path), plugins);
      expect({ path, warnings }).toEqual({ path, warnings: [] });
    }
  });

  it('the first scenario of one’s own takes ten lines', () => {
    expect(files[0]?.text.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });
});
