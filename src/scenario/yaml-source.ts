import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { messageOf } from '../base/errors.ts';
import { BadScenario, type Diagnostic } from './diagnostic.ts';

export type Path = readonly (string | number)[];

/** Text shown of what was found. */
const shown = 60;

/** A YAML document that remembers where everything stands. */
export class YamlSource {
  readonly file: string;
  /** The document as plain data. */
  readonly data: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /** @throws BadScenario when it is not one well-formed YAML document. */
  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, prettyErrors: false });
    const problems = [...this.#document.errors, ...this.#document.warnings];
    if (problems.length > 0)
      throw new BadScenario(problems.map((problem) => this.#at(problem.pos[0], [], `not valid YAML: ${messageOf(problem)}`)));
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
      ...(node === null ? {} : { found: this.#text(node) }),
      ...(allowed === undefined ? {} : { allowed }),
    };
  }

  /** A diagnostic at a key of the map at a path. */
  atKey(path: Path, key: string, message: string, allowed?: string): Diagnostic {
    const map = this.#nodeAt(path);
    const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
    const offset = isPair(pair) && isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : this.#nearestOffset(path);
    return { ...this.#at(offset, [...path, key], message), found: `\`${key}\``, ...(allowed === undefined ? {} : { allowed }) };
  }

  /** Whether the document says anything at a path. */
  has(path: Path): boolean {
    return this.#nodeAt(path) !== null;
  }

  #at(offset: number, path: Path, message: string): Diagnostic {
    const { line, col } = this.#lines.linePos(offset);
    // An empty document has no line 0.
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), path, message };
  }

  #nodeAt(path: Path): Node | null {
    const node = path.length === 0 ? this.#document.contents : (this.#document.getIn(path, true) as Node | undefined);
    return node ?? null;
  }

  #nearestOffset(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const range = this.#nodeAt(path.slice(0, length))?.range;
      if (range !== undefined && range !== null) return range[0];
    }
    return 0;
  }

  #text(node: Node): string {
    if (isCollection(node)) return isMap(node) ? 'a map' : 'a list';
    const text = isScalar(node) ? (node.source ?? String(node.value)) : String(node);
    return text === '' ? 'nothing' : `\`${text.length > shown ? `${text.slice(0, shown)}…` : text}\``;
  }
}
