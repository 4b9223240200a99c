import { dirname, join } from 'node:path/posix';

/** Path from the repository's root → source. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  from: string;
  /** Erased when it runs: a type cannot drag code in. */
  typeOnly: boolean;
}

/** Which rooms a room of src/ may import; its own is always allowed. `types` are rooms that it may import types from only. */
const rooms: Record<string, { code: string[]; types?: string[] }> = {
  base: { code: [] },
  scenario: { code: ['base'] },
  history: { code: ['base', 'scenario'] },
  contract: { code: ['base', 'scenario', 'history'] },
  score: { code: ['base', 'scenario', 'history', 'contract'] },
  runtime: { code: ['base', 'contract'], types: ['history'] },
  postgres: { code: ['base'], types: ['contract', 'history'] },
  client: { code: ['base', 'history'], types: ['scenario'] },
  checks: { code: [] },
  report: { code: ['base', 'scenario', 'history', 'contract', 'score'] },
  drill: { code: ['base', 'scenario', 'history', 'contract', 'score', 'runtime', 'postgres', 'client', 'report', 'index'] },
  cli: { code: ['base', 'scenario', 'history', 'contract', 'score', 'runtime', 'postgres', 'client', 'report', 'drill', 'index'] },
  index: { code: ['base', 'scenario', 'history', 'contract', 'score', 'runtime', 'postgres', 'client', 'report', 'drill'] },
};

/** Packages that one room alone may know, and those rooms. */
const guarded: Record<string, string[]> = { testcontainers: ['runtime'], dockerode: ['runtime'], pg: ['postgres', 'client'] };

/** Rooms without files, sockets and processes, but for the files that read and write what the room is about. */
const pure: Record<string, string[]> = {
  score: [],
  contract: [],
  scenario: ['load.ts'],
  history: ['append.ts', 'lines.ts', 'read.ts', 'read-client.ts', 'read-final.ts', 'read-journal.ts', 'read-monitor.ts'],
};
const impure = /^node:(fs|net|http|https|dns|tls|dgram|child_process|worker_threads|cluster)(\/|$)/;

const longest = 250;

/** All that the sources import, statically or not. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const statements = [...code.matchAll(/^\s*(import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm)].map(([, , type, from]) => ({
    from: from ?? '',
    typeOnly: type !== undefined,
  }));
  const others = [...code.matchAll(/^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm)].map(([, bare, dynamic]) => ({
    from: bare ?? dynamic ?? '',
    typeOnly: false,
  }));
  return [...statements, ...others];
}

/** Everything that breaks a rule, one sentence each. */
export function violations(sources: Sources): string[] {
  const each = [...sources].flatMap(([file, source]) => [
    ...importsOf(source).flatMap((imported) => brokenByImport(file, imported)),
    ...brokenByText(file, source),
  ]);
  return [...each, ...circles(sources).map((circle) => `circular import: ${circle}`)];
}

function brokenByImport(file: string, imported: Import): string[] {
  const found: string[] = [];
  const room = roomOf(file);
  const name = packageOf(imported.from);
  const say = (rule: string): number => found.push(`${file} imports ${imported.from}: ${rule}`);
  if (isPlugin(file) && !isPluginImport(file, imported.from)) say("a plugin imports only 'pgdrill', zod and its own folder");
  if (!file.startsWith('src/')) return found;
  if (name !== null && guarded[name] !== undefined && !guarded[name].includes(room))
    say(`only ${guarded[name].join(' and ')} may know ${name}`);
  const exempt = pure[room];
  if (exempt !== undefined && impure.test(imported.from) && !exempt.includes(file.slice(`src/${room}/`.length))) say(`${room} is pure`);
  if (imported.from.startsWith('.')) {
    const other = roomOf(join(dirname(file), imported.from));
    const rule = rooms[room];
    const allowed = [room, ...(rule?.code ?? []), ...(imported.typeOnly ? (rule?.types ?? []) : [])];
    if (!allowed.includes(other)) say(`${room} may not import ${imported.typeOnly ? 'types of ' : ''}${other}`);
  }
  return found;
}

function brokenByText(file: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.split('\n').length - 1;
  if (lines > longest) found.push(`${file} has ${lines} lines; ${longest} are the most`);
  if (!isOurCode(file) || file.startsWith('src/cli/')) return found;
  // The client is a program of its own, and its entry reads its own arguments.
  const entry = file === 'src/client/main.ts';
  for (const [used] of withoutComments(source).matchAll(/\bprocess\.(exit|argv)\b|\bconsole\.\w+/g)) {
    if (!(entry && used === 'process.argv')) found.push(`${file} uses ${used}: only src/cli may`);
  }
  return found;
}

const isOurCode = (file: string): boolean => /^(src|topologies|faults)\//.test(file);
const isPlugin = (file: string): boolean => /^(topologies|faults|src\/checks)\//.test(file);

function isPluginImport(file: string, from: string): boolean {
  if (from === 'pgdrill' || from === 'zod') return true;
  if (from.startsWith('node:')) return !impure.test(from);
  // A topology is a folder, so its files may import each other; faults and checks are one file each.
  const home = file.split('/').slice(0, 2).join('/');
  return from.startsWith('.') && file.startsWith('topologies/') && join(dirname(file), from).startsWith(`${home}/`);
}

function roomOf(file: string): string {
  return /^src\/([^/.]+)/.exec(file)?.[1] ?? file;
}

function packageOf(from: string): string | null {
  if (from.startsWith('.') || from.startsWith('node:')) return null;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Circles of imports that run; those of types alone are erased. */
function circles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const { from, typeOnly } of importsOf(sources.get(file) ?? '')) {
      const target = from.startsWith('.') ? join(dirname(file), from) : null;
      if (!typeOnly && target !== null && sources.has(target)) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

/** Every file that is loaded when this one is, and every package. */
export function loadedBy(file: string, sources: Sources): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    for (const { from, typeOnly } of importsOf(sources.get(path) ?? '')) {
      if (typeOnly) continue;
      const name = packageOf(from);
      if (name !== null) packages.add(name);
      if (from.startsWith('.')) visit(join(dirname(path), from));
    }
  };
  visit(file);
  return { files, packages };
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}
