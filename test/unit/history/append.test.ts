import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendLog } from '../../../src/history/append.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pgdrill-append-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const lines = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const events = (path: string) => lines(path).map((line) => JSON.parse(line) as unknown);

describe('AppendLog', () => {
  it('makes the folders it needs and writes one JSON object a line, in order, however they were appended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ how: fc.constantFrom('append', 'appendNow', 'appendFlushed'), text: fc.string({ unit: 'binary' }) })),
        async (all) => {
          const path = join(folder, `${Math.random()}`, 'deep', 'log.jsonl');
          const log = await AppendLog.open(path);
          const flushed: Promise<void>[] = [];
          for (const event of all) {
            if (event.how === 'append') log.append(event);
            else if (event.how === 'appendNow') log.appendNow(event);
            else flushed.push(log.appendFlushed(event));
          }
          await Promise.all(flushed);
          await log.close();
          expect(events(path)).toEqual(all);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('has a line in the file when appendFlushed resolves, and with appendNow when it returns', async () => {
    const path = join(folder, 'log.jsonl');
    const log = await AppendLog.open(path);
    await log.appendFlushed({ n: 1 });
    expect(events(path)).toEqual([{ n: 1 }]);
    log.append({ n: 2 });
    log.appendNow({ n: 3 });
    expect(events(path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await log.close();
  });

  it('writes a buffered line without being asked', async () => {
    const path = join(folder, 'log.jsonl');
    const log = await AppendLog.open(path);
    log.append({ n: 1 });
    expect(events(path)).toEqual([]);
    for (let waitedMs = 0; lines(path).length === 0 && waitedMs < 2000; waitedMs += 5) await sleep(5);
    expect(events(path)).toEqual([{ n: 1 }]);
    await log.close();
  });

  it('goes on after an earlier writer, and keeps its torn last line apart', async () => {
    const path = join(folder, 'log.jsonl');
    appendFileSync(path, '{"n":1}\n{"n":');
    const log = await AppendLog.open(path);
    await log.appendFlushed({ n: 2 });
    await log.close();
    expect(lines(path)).toEqual(['{"n":1}', '{"n":', '{"n":2}']);
  });

  it('shares one sync among those who wait for it', async () => {
    const log = await AppendLog.open(join(folder, 'log.jsonl'));
    const order: string[] = [];
    const first = log.appendFlushed({ n: 1 }).then(() => order.push('first'));
    const second = log.appendFlushed({ n: 2 }).then(() => order.push('second'));
    await first;
    // One turn of the microtask queue: a second fdatasync could not have been done in it.
    await Promise.resolve();
    expect(order).toEqual(['first', 'second']);
    await second;
    await log.close();
  });

  it('reports a full disk to all who wait, as what it is', async () => {
    const log = await AppendLog.open('/dev/full');
    const both = await Promise.allSettled([log.appendFlushed({ n: 1 }), log.appendFlushed({ n: 2 })]);
    for (const one of both)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'disk-full', message: expect.stringContaining('/dev/full') } });
    expect(log.failed).toMatchObject({ code: 'disk-full' });
    // It was told: closing does not tell it again.
    await log.close();
  });

  it('tells a failure that only append() met when it is closed, once', async () => {
    const log = await AppendLog.open('/dev/full');
    log.appendNow({ n: 1 });
    expect(log.failed).toMatchObject({ code: 'disk-full' });
    await expect(log.close()).rejects.toMatchObject({ code: 'disk-full' });
    await log.close();
  });

  it('says which folder cannot be written to', async () => {
    appendFileSync(join(folder, 'file'), '');
    await expect(AppendLog.open(join(folder, 'file', 'log.jsonl'))).rejects.toMatchObject({
      name: 'DrillError',
      message: expect.stringContaining('log.jsonl'),
    });
  });
});
