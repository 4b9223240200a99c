import { plainView } from './live/plain.ts';
import { terminalView } from './live/terminal.ts';
import type { View } from './live/view.ts';
import { lookOf } from './output.ts';

/** A picture repainted in place on a terminal; plain timestamped lines elsewhere. Both on stderr. */
export function openView(title: string, stream: NodeJS.WriteStream = process.stderr): View {
  if (lookOf(stream).live) return terminalView(title, stream);
  return plainView(title, (line) => void stream.write(`${line}\n`));
}
