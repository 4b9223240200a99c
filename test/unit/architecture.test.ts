import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, loadedBy, violations, type Sources } from '../support/architecture.ts';

const root = join(import.meta.dirname, '..', '..');

function read(folders: string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const code = files.filter((file) => /\.(ts|mjs)$/.test(file));
  return new Map(code.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

const planted = (files: Record<string, string>): string[] => violations(new Map(Object.entries(files)));

describe('the house', () => {
  const sources = read(['src', 'topologies', 'faults', 'setup', 'bin', 'images', 'test', 'bench']);

  it('keeps its rules', () => {
    expect(sources.size).toBeGreaterThan(100);
    expect(violations(sources)).toEqual([]);
  });

  it('sends to the client node a program that needs nothing but pg', () => {
    const { files, packages } = loadedBy('src/client/main.ts', sources);
    expect(files.size).toBeGreaterThan(3);
    expect([...packages]).toEqual(['pg']);
  });
});

describe('each rule sees what breaks it', () => {
  it.each([
    ['an import to the right', 'src/score/x.ts', "import { a } from '../drill/y.ts';", 'score may not import drill'],
    [
      'a pure room that reaches for the engine',
      'src/history/x.ts',
      "import { a } from '../runtime/y.ts';",
      'history may not import runtime',
    ],
    ['code where only types are allowed', 'src/postgres/x.ts', "import { a } from '../contract/y.ts';", 'postgres may not import contract'],
    ['types where nothing is allowed', 'src/base/x.ts', "import type { a } from '../score/y.ts';", 'base may not import types of score'],
    ['an import over several lines', 'src/score/x.ts', "import {\n  a,\n  b,\n} from '../drill/y.ts';", 'score may not import drill'],
    ['a late import', 'src/score/x.ts', "const y = await import('../drill/y.ts');", 'score may not import drill'],
    ['a re-export', 'src/base/x.ts', "export * from '../cli/y.ts';", 'base may not import cli'],
    [
      'testcontainers outside runtime',
      'src/drill/x.ts',
      "import { GenericContainer } from 'testcontainers';",
      'only runtime may know testcontainers',
    ],
    ['dockerode, be it types', 'src/drill/x.ts', "import type Dockerode from 'dockerode';", 'only runtime may know dockerode'],
    ['pg on the host side', 'src/drill/x.ts', "import pg from 'pg';", 'only postgres and client may know pg'],
    ['a fault that knows the engine', 'faults/x.ts', "import { a } from '../src/runtime/y.ts';", "a plugin imports only 'pgdrill'"],
    ['a check that knows the score', 'src/checks/x.ts', "import { a } from '../score/y.ts';", "a plugin imports only 'pgdrill'"],
    ['a topology that imports another', 'topologies/a/x.ts', "import { a } from '../b/y.ts';", "a plugin imports only 'pgdrill'"],
    ['a topology that opens sockets itself', 'topologies/a/x.ts', "import net from 'node:net';", "a plugin imports only 'pgdrill'"],
    ['a file read in the score', 'src/score/x.ts', "import { readFile } from 'node:fs/promises';", 'score is pure'],
    ['a process in the history', 'src/history/x.ts', "import { spawn } from 'node:child_process';", 'history is pure'],
    ['process.exit', 'src/drill/x.ts', 'if (bad) process.exit(1);', 'only src/cli may'],
    ['console', 'faults/x.ts', "console.log('here');", 'only src/cli may'],
    ['argv', 'src/client/x.ts', 'const [first] = process.argv;', 'only src/cli may'],
    ['a long file', 'test/unit/x.test.ts', 'a();\n'.repeat(251), '251 lines'],
  ])('%s', (_, file, source, expected) => {
    const found = planted({ [file]: source });
    expect(found.join('\n')).toContain(expected);
  });

  it('a circle', () => {
    const files = {
      'src/base/a.ts': "import './b.ts';",
      'src/base/b.ts': "export { c } from './c.ts';",
      'src/base/c.ts': "import { a } from './a.ts';",
    };
    expect(planted(files)).toEqual(['circular import: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts']);
  });
});

describe('each rule lets pass what keeps it', () => {
  it.each([
    ['an import to the left', 'src/drill/x.ts', "import { a } from '../score/y.ts';"],
    ['types where types are allowed', 'src/postgres/x.ts', "import type { a } from '../history/y.ts';"],
    ['a plugin on the public API', 'faults/x.ts', "import { defineFault } from 'pgdrill';\nimport { z } from 'zod';"],
    ['files of one topology', 'topologies/a/x.ts', "import { a } from './y.ts';"],
    ['the log of the history', 'src/history/append.ts', "import { open } from 'node:fs/promises';"],
    ['console in the command line', 'src/cli/x.ts', 'console.error(text);'],
    ['a word in a comment', 'src/drill/x.ts', "// process.exit(1) would lose the journal; import x from '../cli/y.ts'"],
    ['250 lines', 'src/drill/x.ts', 'a();\n'.repeat(250)],
  ])('%s', (_, file, source) => {
    expect(planted({ [file]: source })).toEqual([]);
  });

  it('a circle of types alone', () => {
    expect(planted({ 'src/base/a.ts': "import type { B } from './b.ts';", 'src/base/b.ts': "import type { A } from './a.ts';" })).toEqual(
      [],
    );
  });
});

it('imports are found in every form', () => {
  const source =
    "import a from 'a';\nimport type { B } from 'b';\nexport type * from 'c';\nimport 'd';\nawait import('e');\nimport {\n  f,\n} from 'f';";
  expect(importsOf(source).map(({ from, typeOnly }) => (typeOnly ? `type ${from}` : from))).toEqual([
    'a',
    'type b',
    'type c',
    'f',
    'd',
    'e',
  ]);
});
