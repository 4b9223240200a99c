import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pgdrill-crash-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Appends without end, several at a time, and says on stdout what was reported as flushed. */
const writer = (path: string) => `
  import { writeSync } from 'node:fs';
  import { AppendLog } from '${new URL('../../../src/history/append.ts', import.meta.url).href}';
  const log = await AppendLog.open(${JSON.stringify(path)});
  let n = 0;
  const one = async () => {
    for (;;) {
      const mine = n++;
      log.append({ filler: mine, text: 'x'.repeat(mine % 3000) });
      await log.appendFlushed({ n: mine });
      writeSync(1, mine + '\\n');
    }
  };
  await Promise.all([one(), one(), one(), one(), one()]);
`;

it.each([1, 20, 200])('has every line it reported as flushed when it is killed after %i of them', async (count) => {
  const path = join(folder, 'log.jsonl');
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', writer(path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reported: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(Number(line));
    if (reported.length === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');

  const text = readFileSync(path, 'utf8').split('\n');
  text.pop(); // What follows the last newline is a torn line, or nothing.
  const there = new Set(text.map((line) => (JSON.parse(line) as { n?: number }).n));
  expect(reported.length).toBeGreaterThanOrEqual(count);
  expect(reported.filter((n) => !there.has(n))).toEqual([]);
});
