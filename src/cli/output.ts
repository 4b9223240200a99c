import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';
import { exitCodes } from '../base/errors.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** What a renderer may assume of the stream that it writes to. */
export interface Look {
  /** Control sequences may be used: it is a terminal, and no CI log. */
  live: boolean;
  colour: boolean;
  unicode: boolean;
  columns: number;
  rows: number;
}

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'hasColors'>>;

/** Reads a stream's abilities anew at each call, as a terminal may be resized. NO_COLOR, FORCE_COLOR, CI and TERM are respected. */
export function lookOf(stream: Stream, env: NodeJS.ProcessEnv = process.env): Look {
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const quiet = (env['NO_COLOR'] ?? '') !== '';
  const forced = (env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0';
  return {
    live: terminal && (env['CI'] ?? '') === '',
    colour: !quiet && (forced || (terminal && (stream.hasColors?.(env) ?? false))),
    unicode: /utf-?8/i.test(env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '') || process.platform === 'darwin',
    columns: stream.columns ?? 80,
    rows: stream.rows ?? 24,
  };
}

export function paint(look: Pick<Look, 'colour'>, colour: Colour, text: string): string {
  return look.colour ? styleText(colour, text, { validateStream: false }) : text;
}

/** Where a command puts what it was asked for (stdout), and what it tells a person (stderr). */
export interface Output {
  /** `--json` was given: stdout carries one JSON document and nothing else. */
  json: boolean;
  look: Look;
  /** The result as text for a person: stdout. With `--json` the document says it, and this says nothing. */
  print(text: string): void;
  /** The result as data: stdout, and only with `--json`. */
  data(value: unknown): void;
  /** A remark that is no result: stderr. */
  say(text: string): void;
}

export function openOutput(json: boolean, streams: { stdout: Stream; stderr: Stream } = process): Output {
  const { stdout, stderr } = streams;
  return {
    json,
    look: lookOf(json ? stderr : stdout),
    print: (text) => void (json || stdout.write(`${text}\n`)),
    data: (value) => void (json && stdout.write(`${JSON.stringify(value, null, 2)}\n`)),
    say: (text) => void stderr.write(`${text}\n`),
  };
}

/** What a stream says when its reader went away: `| head`, a terminal that was closed. */
const gone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/** Output that cannot be written ends the output, not the drill: what was broken is still to be healed. */
export function surviveLostOutput(streams: { stdout: Stream; stderr: Stream } = process): void {
  streams.stderr.on('error', () => undefined);
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone.has(error.code ?? '')) return;
    streams.stderr.write(`stdout could not be written: ${error.message}\n`);
    // The launcher sets the exit code when a command ends, which may be before or after this.
    process.once('exit', () => (process.exitCode ||= exitCodes.usage));
  });
}

/** A path as short as it can be typed here: from the current folder where it lies below it, else whole. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
