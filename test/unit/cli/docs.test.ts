import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { docBlocks } from '../../support/doc-blocks.ts';

const home = fileURLToPath(new URL('../../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(home, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Targets of a page's links and pictures that lie in the repository. */
function localLinks(page: string): string[] {
  const prose = readFileSync(join(home, page), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

describe.each(pages)('%s', (page) => {
  it('links to what exists', () => {
    const dead = localLinks(page).filter((target) => !existsSync(join(home, dirname(page), target)));
    expect(dead).toEqual([]);
  });

  it('has shell blocks of which each is run by a test, or cannot be', () => {
    const blocks = docBlocks(join(home, page)).filter(({ language, words }) => language === 'sh' && !words.includes('run'));
    // The tests cannot run themselves.
    expect(blocks.map(({ text }) => text.trim()).filter((text) => text !== 'npm test')).toEqual([]);
  });
});

it('every command is documented, with every option, in docs/cli.md', () => {
  const text = readFileSync(join(home, 'docs/cli.md'), 'utf8');
  for (const command of buildProgram(() => undefined).commands) {
    expect(text).toContain(`\`${command.name()}`);
    for (const { long } of command.options) expect(text).toContain(String(long));
  }
});

it('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...readFileSync(join(home, page), 'utf8').matchAll(/npm run ([a-z:-]+)/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
});
