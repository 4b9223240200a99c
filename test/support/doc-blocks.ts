import { readFileSync } from 'node:fs';

/** A fenced block of a Markdown page: its language, the words after it, and its text. */
export interface DocBlock {
  page: string;
  line: number;
  language: string;
  /** `run` marks a shell block that a test runs; `exit=1` the exit code it ends with; `file=…` a file that the page gives whole. */
  words: string[];
  text: string;
}

export function docBlocks(page: string): DocBlock[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: DocBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = /^```(\w+)(.*)$/.exec(lines[at] ?? '');
    if (opening === null) continue;
    const end = lines.indexOf('```', at + 1);
    const [, language = '', rest = ''] = opening;
    const words = rest.split(' ').filter((word) => word !== '');
    blocks.push({ page, line: at + 1, language, words, text: `${lines.slice(at + 1, end).join('\n')}\n` });
    at = end;
  }
  return blocks;
}

/** The value of `name=value` among a block's words. */
export function wordOf(block: DocBlock, name: string): string | undefined {
  return block.words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
