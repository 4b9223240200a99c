import { stripVTControlCharacters } from 'node:util';

/** Columns that a text takes on a terminal (control sequences take none; our texts hold no wide characters). */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Cuts plain text to a width; what is cut shows as an ellipsis. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 1 ? characters.slice(0, Math.max(0, width)).join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** Breaks text at spaces so that no line is wider than `width`; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/**
 * Lines of a table: every column as wide as its widest cell, two spaces between. The last column takes what is left of
 * `columns` and is wrapped under itself.
 */
export function table(rows: readonly (readonly string[])[], columns = 80, indent = 2): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, i) => Math.max(0, ...rows.map((row) => widthOf(row[i] ?? ''))));
  const left = indent + widths.reduce((sum, width) => sum + width + 2, 0);
  return rows.flatMap((row) => {
    const cells = widths.map((width, i) => (row[i] ?? '') + ' '.repeat(width - widthOf(row[i] ?? '') + 2));
    const last = wrap(row[count - 1] ?? '', Math.max(20, columns - left));
    const head = ' '.repeat(indent) + cells.join('') + (last[0] ?? '');
    return [head.trimEnd(), ...last.slice(1).map((line) => ' '.repeat(left) + line)];
  });
}
