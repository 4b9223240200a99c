import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPlugins, type Plugins } from '../../../src/drill/plugins.ts';
import { validateFile } from '../../../src/drill/validate.ts';
import { scenarioJsonSchema } from '../../../src/scenario/json-schema.ts';
import { roleTargets } from '../../../src/scenario/schema.ts';
import { docBlocks, wordOf } from '../../support/doc-blocks.ts';

const page = join(import.meta.dirname, '../../../docs/writing-a-scenario.md');
const text = readFileSync(page, 'utf8');
const files = docBlocks(page).flatMap((block) => {
  const path = wordOf(block, 'file');
  return path === undefined ? [] : [{ path, text: block.text }];
});
let folder = '';
let plugins: Plugins;

beforeAll(async () => {
  plugins = await loadPlugins();
  folder = mkdtempSync(join(tmpdir(), 'pgdrill-docs-'));
  for (const file of files) put(file.path, file.text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

/** First cells of the tables' rows, with the second. */
const rows = new Map([...text.matchAll(/^\| `([^`]+)` +\| ([^|]*?) *\|/gm)].map(([, first = '', second = '']) => [first, second]));

type Shape = { properties?: Record<string, Shape>; items?: Shape; default?: unknown; enum?: unknown };
/** Every key of the language that holds a value, with its default. */
function keysOf(shape: Shape, path = ''): { key: string; fallback: unknown }[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
    const key = path === '' ? name : `${path}.${name}`;
    if (inner.properties !== undefined) return keysOf(inner, key);
    if (inner.items?.properties !== undefined) return keysOf(inner.items, `${key}[]`);
    return [{ key, fallback: inner.default }];
  });
}

describe('docs/writing-a-scenario.md', () => {
  it('has every key of the language, and no other, each with its default', () => {
    const keys = keysOf(scenarioJsonSchema({ topologies: [], faults: [], checks: [] }));
    expect(keys.length).toBeGreaterThan(30);
    const table = [...rows.keys()].slice(0, [...rows.keys()].indexOf('primary'));
    expect(new Set(table)).toEqual(new Set(keys.map(({ key }) => key)));
    for (const { key, fallback } of keys) {
      if (fallback === undefined) expect({ key, said: rows.get(key) }).not.toMatchObject({ said: expect.stringContaining('`') as string });
      else
        expect({ key, said: rows.get(key) }).toEqual({
          key,
          said: `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``,
        });
    }
  });

  it('has every role that a target may be', () => {
    for (const role of roleTargets) expect([...rows.keys()]).toContain(role);
  });

  it.each(files.filter(({ path }) => !path.endsWith('wrong.yaml')))('$path is accepted, without a warning', async ({ path }) => {
    expect((await validateFile(join(folder, path), plugins)).warnings).toEqual([]);
  });

  it('quotes what is said of mistakes', async () => {
    const quoted = docBlocks(page)
      .filter(({ language }) => language === 'text')
      .map((block) => block.text.trim());
    const said = async (path: string): Promise<string> => {
      const error = await validateFile(join(folder, path), plugins).catch((thrown: unknown) => thrown);
      return (error as Error).message.replaceAll(`${folder}/`, '').replaceAll(path, 'drills/wrong.yaml');
    };
    const wrong = files.find(({ path }) => path === 'drills/wrong.yaml')?.text ?? '';
    put('drills/mended.yaml', wrong.replace('at: 5,', 'at: 5s,'));
    expect(quoted).toEqual([await said('drills/wrong.yaml'), await said('drills/mended.yaml')]);
  });
});
