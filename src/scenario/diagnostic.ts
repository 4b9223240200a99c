import { DrillError } from '../base/errors.ts';

/** One thing wrong with a file that a user wrote. Lines and columns count from 1. */
export interface Diagnostic {
  file: string;
  line: number;
  column: number;
  /** Where in the document: ['timeline', 0, 'with', 'signal']. */
  path: readonly (string | number)[];
  message: string;
  /** What was found, as written; empty where nothing was. */
  found?: string;
  /** What is allowed there, for a person. */
  allowed?: string;
}

/** A file that cannot be accepted: everything that is wrong with it, in the order of the file. */
export class BadScenario extends DrillError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const inOrder = diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(inOrder.map(formatDiagnostic).join('\n'), { code: 'bad-scenario' });
    this.diagnostics = inOrder;
  }
}

/** `file:line:column: message (found …; allowed: …)`. */
export function formatDiagnostic({ file, line, column, message, found, allowed }: Diagnostic): string {
  const detail = [found === undefined ? '' : `found ${found}`, allowed === undefined ? '' : `allowed: ${allowed}`].filter(
    (part) => part !== '',
  );
  return `${file}:${line}:${column}: ${message}${detail.length === 0 ? '' : ` (${detail.join('; ')})`}`;
}
