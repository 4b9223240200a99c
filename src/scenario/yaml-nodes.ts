import { isAlias, isMap, isNode, isPair, isScalar, isSeq, visit, type Document, type Node, type Pair } from 'yaml';

export type Path = readonly (string | number)[];

/** Text shown of what was found. */
const shown = 60;

/** The node at a path, through aliases and merged maps (`<<`); null: there is none. */
export function nodeAt(document: Document.Parsed, path: Path): Node | null {
  let here: Node | null = resolved(document.contents, document);
  for (const part of path) {
    const next = isSeq(here) ? here.get(Number(part), true) : findPair(here, String(part), document)?.value;
    here = isNode(next) ? resolved(next, document) : null;
  }
  return here;
}

/** The pair of a map that has a key: its own, else one of the maps that are merged into it. */
export function findPair(map: unknown, key: string, document: Document.Parsed): Pair | undefined {
  if (!isMap(map)) return undefined;
  const named = (name: string): Pair[] => map.items.filter((pair) => isScalar(pair.key) && keyText(pair.key.value) === name);
  const [own] = named(key);
  if (own !== undefined) return own;
  for (const { value } of named('<<')) {
    const merged = isNode(value) ? resolved(value, document) : null;
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = isNode(source) ? findPair(resolved(source, document), key, document) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What YAML allows and plain data does not: keys that are no text, aliases that lead nowhere or into themselves. */
export function strayNodes(document: Document.Parsed): { node: Node; why: string }[] {
  const stray: { node: Node; why: string }[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isNode(key) && !isScalar(key)) stray.push({ node: key, why: 'a key must be plain text' });
    },
    Alias(_, alias, above) {
      const target = alias.resolve(document);
      if (target === undefined) stray.push({ node: alias, why: `nothing before this is marked \`&${alias.source}\`` });
      else if (above.some((outer) => outer === target)) stray.push({ node: alias, why: 'this alias stands inside of what it stands for' });
    },
  });
  return stray;
}

/** What stands at a node, as written, on one line. */
export function textOf(node: Node, source: string): string {
  if (isMap(node) || isPair(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  const [from, to] = node.range ?? [0, 0];
  const text = source.slice(from, to).replaceAll(/\s+/g, ' ').trim();
  return text === '' ? 'nothing' : `\`${text.length > shown ? `${text.slice(0, shown)}…` : text}\``;
}

/** The merge key is a symbol to the parser. */
const keyText = (value: unknown): string => (typeof value === 'symbol' ? (value.description ?? '') : String(value));

function resolved(node: Node | null, document: Document.Parsed): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}
