import { createReadStream } from 'node:fs';
import { messageOf } from '../base/errors.ts';

export type JsonRecord = Record<string, unknown>;

/** What reading a file of one JSON object a line came to. */
export type LinesRead = { found: true } | { found: false; reason: string };

/** Defects of one file that are told one by one; the rest is a number. */
const defectsToldMax = 5;

/** Collects what is wrong with a file, and tells a bounded number of it. */
export class FileDefects {
  readonly #file: string;
  readonly #told: string[] = [];
  #untold = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(what: string): void {
    if (this.#told.length < defectsToldMax) this.#told.push(`${this.#file}: ${what}`);
    else this.#untold++;
  }

  list(): string[] {
    return this.#untold === 0 ? this.#told : [...this.#told, `${this.#file}: ${this.#untold} more defects`];
  }
}

/**
 * Reads one JSON object a line, in order, in constant memory. A torn last line is dropped and noted; a line that is no
 * JSON object, or that `take` complains of (it returns what is wrong, or null), is noted and skipped.
 */
export async function readJsonLines(path: string, defects: FileDefects, take: (record: JsonRecord) => string | null): Promise<LinesRead> {
  let lineNumber = 0;
  const takeLine = (line: string, torn: boolean): void => {
    lineNumber++;
    const record = parseRecord(line);
    const complaint = record === null ? (torn ? 'the last line is torn and was dropped' : 'not a JSON object') : take(record);
    if (complaint !== null) defects.add(`line ${lineNumber}: ${complaint}`);
  };
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
      const text = rest + String(chunk);
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        takeLine(text.slice(from, end), false);
        from = end + 1;
      }
      rest = text.slice(from);
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { found: false, reason: missing ? 'the file is missing' : `the file cannot be read: ${messageOf(error)}` };
  }
  if (rest !== '') takeLine(rest, true);
  return { found: true };
}

function parseRecord(line: string): JsonRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
  } catch {
    return null;
  }
}
