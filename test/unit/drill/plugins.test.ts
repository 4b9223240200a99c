import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadPlugins } from '../../../src/drill/plugins.ts';

const home = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
beforeEach(() => {
  // Inside the checkout, so that plugins import `pgdrill` and zod as they would in a project of their own.
  mkdirSync(join(home, '.pgdrill'), { recursive: true });
  folder = mkdtempSync(join(home, '.pgdrill/plugins-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}
const faultText = (kind: string, change: (text: string) => string = (text) => text): string =>
  change(`import { z } from 'zod';
import { defineFault } from 'pgdrill';
export default defineFault({
  kind: '${kind}',
  summary: 'Nothing',
  params: z.strictObject({}),
  needs: [],
  target: 'none',
  does: 'Nothing',
  notSimulated: [],
  inject: async () => ({}),
  confirm: async () => ({ proven: false, seen: 'nothing' }),
  heal: async () => undefined,
  confirmHealed: async () => ({ proven: false, seen: 'nothing' }),
});
`);
const checkText = `import { defineCheck } from 'pgdrill';
export default defineCheck({ name: 'OWN', summary: 's', method: 'm', evaluate: () => ({ outcome: 'pass', summary: '', offences: [] }) });
`;
const topologyText = `import { z } from 'zod';
import { defineTopology } from 'pgdrill';
export default defineTopology({
  kind: 'own-topology',
  summary: 's',
  params: z.strictObject({}).superRefine(() => undefined),
  capabilities: [],
  plan: () => ({ topology: 'own-topology', nodes: [], links: [], routes: [], asked: {} }),
  promises: () => ({ rto: [], durability: { faults: [], loss: 'none', because: '' } }),
  connect: async () => { throw new Error('never'); },
  notSimulated: [],
});
`;

it('what comes with pgdrill is found by its place, under the names that scenarios use', async () => {
  const { topologies, faults, checks } = await loadPlugins();
  expect([...topologies.keys()]).toContain('patroni-ha');
  for (const kind of ['container-kill', 'host-loss', 'pause', 'process-kill', 'switchover']) expect(faults.get(kind)?.kind).toBe(kind);
  for (const name of ['RPO', 'SINGLE', 'LIVE', 'TL', 'FOLLOW', 'REJOIN', 'TRUTH', 'ROUTE', 'SEQ', 'INTEG'])
    expect(checks.get(name)?.name).toBe(name);
});

describe('a folder of one’s own', () => {
  it('is looked through for all three sorts, beside what comes with pgdrill; each file once', async () => {
    put('faults/own-fault.ts', faultText('own-fault'));
    put('faults/own-too.mjs', faultText('own-too'));
    put('faults/own-fault.d.ts', 'declare const nothing: 1;\nexport default nothing;\n');
    put('faults/README.md', '# not a plugin\n');
    put('checks/own.ts', checkText);
    put('topologies/own/topology.ts', topologyText);
    put('topologies/own/helper.ts', 'throw new Error("not asked for");\n');
    const own = await loadPlugins([folder]);
    const builtIn = await loadPlugins();
    expect(new Set(own.faults.keys())).toEqual(new Set([...builtIn.faults.keys(), 'own-fault', 'own-too']));
    expect(new Set(own.checks.keys())).toEqual(new Set([...builtIn.checks.keys(), 'OWN']));
    expect(new Set(own.topologies.keys())).toEqual(new Set([...builtIn.topologies.keys(), 'own-topology']));
  });

  it('need not be there, nor have all three inside', async () => {
    const { faults } = await loadPlugins([folder, join(folder, 'absent')]);
    expect(faults.size).toBe((await loadPlugins()).faults.size);
  });
});

describe('refused by the name of the file', () => {
  it.each<[what: string, path: string, text: string, ...words: string[]]>([
    ['a file that throws', 'faults/bad.ts', 'throw new Error("out of\\n  order");\n', 'it could not be loaded: out of order'],
    ['a file with a mistake in it', 'faults/bad.ts', 'export default {{;\n', 'it could not be loaded'],
    [
      'a file that imports what is not there',
      'faults/bad.ts',
      "import './absent.ts';\nexport default 1;\n",
      'it could not be loaded: Cannot find module',
    ],
    ['a file without a default export', 'faults/bad.ts', 'export const fault = 1;\n', 'it has no default export'],
    ['a default export that is no definition', 'faults/bad.ts', 'export default 1;\n', 'its default export is no definition'],
    [
      'a definition that lacks parts',
      'faults/bad.ts',
      "export default { kind: 'bad' };\n",
      '`summary` is missing',
      '`inject` is missing',
      '`heal` is missing',
    ],
    ['a kind that is no name', 'faults/bad.ts', faultText('Bad Kind'), '`kind`: a name is made of lower-case letters'],
    [
      'parameters that are no schema',
      'faults/bad.ts',
      faultText('bad', (text) => text.replace('z.strictObject({})', '{}')),
      '`params`: must be a z.strictObject(…)',
    ],
    [
      'a step that is no function',
      'faults/bad.ts',
      faultText('bad', (text) => text.replace('async () => undefined', "'later'")),
      '`heal`: must be a function',
    ],
    ['a target that there is not', 'faults/bad.ts', faultText('bad', (text) => text.replace("'none'", "'all'")), '`target`'],
    [
      'a check with a small name',
      'checks/bad.ts',
      checkText.replace('OWN', 'own'),
      '`name`: the name of a check is made of capital letters',
    ],
    ['a topology that plans nothing', 'topologies/bad/topology.ts', topologyText.replace('plan:', 'plann:'), '`plan` is missing'],
    ['the name of a built-in one', 'faults/bad.ts', faultText('pause'), 'the name pause is taken by', 'faults/pause.ts'],
  ])('%s', async (_, path, text, ...words) => {
    const file = put(path, text);
    const error = await loadPlugins([folder]).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ name: 'DrillError', code: 'bad-usage' });
    expect(error?.message.split('\n')).toHaveLength(1);
    expect(error?.message).toMatch(new RegExp(`^${file} is no plugin: `));
    for (const word of words) expect(error?.message).toContain(word);
  });

  it('two of one name in one folder', async () => {
    put('faults/a.ts', faultText('same'));
    const second = put('faults/b.ts', faultText('same'));
    await expect(loadPlugins([folder])).rejects.toThrow(`${second} is no plugin: the name same is taken by ${join(folder, 'faults/a.ts')}`);
  });
});

it('folders named in PGDRILL_PLUGINS are looked into by every command', async () => {
  put('faults/own-fault.ts', faultText('own-fault'));
  vi.stubEnv('PGDRILL_PLUGINS', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { faults } = await loadPlugins();
  expect([...faults.keys()]).toContain('own-fault');
  expect([...faults.keys()]).toContain('container-kill');
});
