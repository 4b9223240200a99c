import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../src/client/main.ts', import.meta.url));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pgdrill-main-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the program with this history file until it ends by itself. */
async function outcome(historyFile: string): Promise<{ code: number | null; stderr: string }> {
  const file = join(folder, 'client.json');
  const routes = [{ name: 'rw', host: '127.0.0.1', port: 1, database: 'drill', user: 'drill' }];
  const series = [
    ...[{ series: 'rw-persistent', kind: 'probe', route: 'rw', access: 'write', connection: 'persistent', connections: 1 }],
  ].map((one) => ({ ...one, intervalNs: 20_000_000, deadlineNs: 100_000_000 }));
  writeFileSync(file, JSON.stringify({ client: 'c', zone: 'z', epochNs: '0', historyFile, controlPort: 0, routes, series }));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = text(child.stderr);
  await once(child, 'exit');
  return { code: child.exitCode, stderr: await stderr };
}

it('stops, with one sentence and exit code 1, when its history can no longer be written', async () => {
  const { code, stderr } = await outcome('/dev/full');
  expect(code).toBe(1);
  expect(stderr).toBe('pgdrill client: no space left to write /dev/full\n');
});

it('does not start without a place for its history', async () => {
  const { code, stderr } = await outcome(join(folder, 'client.json', 'below-a-file.jsonl'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^pgdrill client: cannot write .*below-a-file\.jsonl: .*\n$/);
});
