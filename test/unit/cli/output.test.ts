import { describe, expect, it } from 'vitest';
import { lookOf, openOutput } from '../../../src/cli/output.ts';
import { Writable } from 'node:stream';

class Kept extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function terminal(): Kept & { isTTY: boolean; columns: number; rows: number; hasColors: () => boolean } {
  return Object.assign(new Kept(), { isTTY: true, columns: 100, rows: 30, hasColors: () => true });
}

describe('what a stream can show', () => {
  it('is a live picture in colour on a terminal', () => {
    expect(lookOf(terminal(), { LANG: 'C.UTF-8' })).toEqual({ live: true, colour: true, unicode: true, columns: 100, rows: 30 });
  });

  it('is plain lines where it is no terminal, a CI log, or a dumb terminal', () => {
    expect(lookOf(new Kept(), {})).toEqual({ live: false, colour: false, unicode: false, columns: 80, rows: 24 });
    expect(lookOf(terminal(), { CI: 'true' }).live).toBe(false);
    expect(lookOf(terminal(), { TERM: 'dumb' })).toMatchObject({ live: false, colour: false });
  });

  it('has no colour with NO_COLOR, which outranks FORCE_COLOR', () => {
    expect(lookOf(terminal(), { NO_COLOR: '1' })).toMatchObject({ live: true, colour: false });
    expect(lookOf(new Kept(), { FORCE_COLOR: '1' }).colour).toBe(true);
    expect(lookOf(new Kept(), { FORCE_COLOR: '1', NO_COLOR: '1' }).colour).toBe(false);
    expect(lookOf(new Kept(), { FORCE_COLOR: '0' }).colour).toBe(false);
  });
});

describe('streams', () => {
  const write = (json: boolean) => {
    const stdout = new Kept();
    const stderr = new Kept();
    const output = openOutput(json, { stdout, stderr });
    output.print('result');
    output.say('remark');
    output.data({ answer: 42 });
    return { stdout: stdout.text, stderr: stderr.text };
  };

  it('carry results on stdout and remarks on stderr', () => {
    expect(write(false)).toEqual({ stdout: 'result\n', stderr: 'remark\n' });
  });

  it('carry one JSON document on stdout, and remarks on stderr, with --json', () => {
    const { stdout, stderr } = write(true);
    expect(JSON.parse(stdout)).toEqual({ answer: 42 });
    expect(stderr).toBe('remark\n');
  });
});
