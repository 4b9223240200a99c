import { LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { messageOf } from '../base/errors.ts';
import { BadScenario, type Diagnostic } from './diagnostic.ts';
import { findPair, nodeAt, strayNodes, textOf, type Path } from './yaml-nodes.ts';

/** What a person is told of a syntax error: YAML's own words, but where those speak to programmers. */
const words: Record<string, string> = {
  MULTIPLE_DOCS: 'a second document begins here; a file holds one',
  DUPLICATE_KEY: 'this key is there twice',
  TAB_AS_INDENT: 'a tab; YAML is indented with spaces',
};
/** One mistake makes a parser stumble again and again behind it. */
const syntaxErrorsMax = 5;

/** A YAML document that remembers where everything stands. */
export class YamlSource {
  readonly file: string;
  /** The document as plain data. */
  readonly data: unknown;
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  /** @throws BadScenario when it is not one well-formed YAML document. */
  constructor(text: string, file: string) {
    this.file = file;
    this.#text = text;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      uniqueKeys: true,
      merge: true,
      prettyErrors: false,
      logLevel: 'error',
    });
    this.#refuseSyntax();
    try {
      this.data = this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      throw new BadScenario([this.#at(0, [], `not valid YAML: ${messageOf(error)}`)]);
    }
  }

  /** A diagnostic at the value of a path; where there is none, at the nearest thing above it. */
  atValue(path: Path, message: string, allowed?: string): Diagnostic {
    const node = this.#nodeAt(path);
    return {
      ...this.#at(this.#nearestOffset(path), path, message),
      ...(node === null ? {} : { found: textOf(node, this.#text) }),
      ...(allowed === undefined ? {} : { allowed }),
    };
  }

  /** A diagnostic at a key of the map at a path. */
  atKey(path: Path, key: string, message: string, allowed?: string): Diagnostic {
    const keyNode = findPair(this.#nodeAt(path), key, this.#document)?.key as Node | undefined;
    const offset = keyNode?.range?.[0] ?? this.#nearestOffset(path);
    return { ...this.#at(offset, [...path, key], message), found: `\`${key}\``, ...(allowed === undefined ? {} : { allowed }) };
  }

  /** Whether the document says anything at a path. */
  has(path: Path): boolean {
    return this.#nodeAt(path) !== null;
  }

  #refuseSyntax(): void {
    const { errors, warnings } = this.#document;
    const seen = new Set<number>();
    const problems = [...errors, ...warnings]
      .toSorted((a, b) => a.pos[0] - b.pos[0])
      .map((problem) => this.#at(problem.pos[0], [], `not valid YAML: ${words[problem.code] ?? messageOf(problem)}`))
      .filter(({ line }) => !seen.has(line) && seen.add(line))
      .slice(0, syntaxErrorsMax);
    if (problems.length > 0) throw new BadScenario(problems);
    const stray = strayNodes(this.#document).map(({ node, why }) => ({
      ...this.#at(node.range?.[0] ?? 0, [], why),
      found: textOf(node, this.#text),
    }));
    if (stray.length > 0) throw new BadScenario(stray);
  }

  #at(offset: number, path: Path, message: string): Diagnostic {
    const { line, col } = this.#lines.linePos(offset);
    // An empty document has no line 0.
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), path, message };
  }

  #nodeAt(path: Path): Node | null {
    return nodeAt(this.#document, path);
  }

  #nearestOffset(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const range = this.#nodeAt(path.slice(0, length))?.range;
      if (range !== undefined && range !== null) return range[0];
    }
    return 0;
  }
}
