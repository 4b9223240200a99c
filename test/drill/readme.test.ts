import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docBlocks, wordOf, type DocBlock } from '../support/doc-blocks.ts';

/**
 * Runs every shell block that the documents mark with `run`, in a copy of the checkout, after having put in place the
 * files that the same page gives whole. So what a reader types is what is tested.
 */

const home = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  ...readdirSync(join(home, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const notCopied = new Set(['.git', 'node_modules', '.pgdrill', 'runs']);
const budgetMs = 300_000;
let checkout = '';

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'pgdrill-readme-'));
  cpSync(home, checkout, { recursive: true, filter: (source) => source === home || !notCopied.has(basename(source)) });
  for (const shared of ['node_modules', '.pgdrill']) symlinkSync(join(home, shared), join(checkout, shared));
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

interface Ran {
  code: number | null;
  output: string;
}

async function shell(script: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      'sh',
      ['-eu', '-c', script],
      { cwd: checkout, timeout: budgetMs, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });
}

function putInPlace(block: DocBlock): void {
  const path = join(checkout, wordOf(block, 'file') ?? '');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, block.text);
}

const runnableOf = (page: string): DocBlock[] =>
  docBlocks(join(home, page)).filter(({ language, words }) => language === 'sh' && words.includes('run'));

describe.each(pages.filter((page) => runnableOf(page).length > 0))('%s', (page) => {
  const blocks = docBlocks(join(home, page));
  const runnable = runnableOf(page);
  beforeAll(() => blocks.filter((block) => wordOf(block, 'file') !== undefined).forEach(putInPlace));

  it.each(runnable.map((block) => ({ ...block, title: `line ${block.line}: ${block.text.trim().replaceAll('\n', '; ')}` })))(
    '$title',
    async (block) => {
      const { code, output } = await shell(block.text);
      expect(output).not.toMatch(/\n\s+at .*:\d+:\d+\)?\n/);
      expect({ code, output: output.slice(-3000) }).toMatchObject({ code: Number(wordOf(block, 'exit') ?? 0) });
    },
    budgetMs,
  );
});

it('the pages hold commands to run, and the README the first drill', () => {
  expect(pages.flatMap(runnableOf).length).toBeGreaterThan(10);
  expect(runnableOf('README.md').map(({ text }) => text.trim())).toContain('npm run drill');
});
