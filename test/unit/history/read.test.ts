import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Evidence } from '../../../src/history/evidence.ts';
import { readRun } from '../../../src/history/read.ts';
import { writeRunFolder } from '../../support/run-folder.ts';
import { syntheticRun } from '../../support/synthetic-run.ts';

let folder = '';
let evidence: Evidence;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgdrill-read-'));
  evidence = syntheticRun({ outages: [{ fromMs: 0, toMs: 1500, how: 'hang' }], lost: { ledger: 3 } });
  writeRunFolder(folder, evidence);
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);
const edit = (name: string, change: (lines: string[]) => void): void => {
  const lines = readFileSync(file(name), 'utf8').split('\n');
  change(lines);
  writeFileSync(file(name), lines.join('\n'));
};

test('a run folder reads back as the evidence it was written from', async () => {
  expect(await readRun(folder)).toEqual(evidence);
});

test('an operation without an end is of unknown outcome', async () => {
  edit('history/client.jsonl', (lines) => {
    const end = lines.findIndex((line) => line.includes('"complete"') && line.includes('"op":20,') && line.includes('"ledger"'));
    lines.splice(end, 1);
  });
  const read = await readRun(folder);
  expect(read.series.get('ledger')?.operations[20]).toMatchObject({ op: 20, outcome: 'info', endNs: null });
  expect(read.defects).toEqual([]);
});

test('a slot that never started has an end without an invocation', async () => {
  edit('history/client.jsonl', (lines) => {
    const begin = lines.findIndex((line) => line.includes('"invoke"') && line.includes('"op":20,') && line.includes('"ledger"'));
    lines.splice(begin, 1);
  });
  expect(await readRun(folder)).toEqual(evidence);
});

test('a torn last line is dropped and told', async () => {
  truncateSync(file('history/client.jsonl'), readFileSync(file('history/client.jsonl')).length - 20);
  const read = await readRun(folder);
  expect(read.defects).toEqual([expect.stringMatching(/^history\/client\.jsonl: line \d+: the last line is torn and was dropped$/)]);
  expect(read.clientEnded).toBe(false);
  expect(read.series).toEqual(evidence.series);
});

test('a whole last line without its line end counts', async () => {
  truncateSync(file('history/client.jsonl'), readFileSync(file('history/client.jsonl')).length - 1);
  expect(await readRun(folder)).toEqual(evidence);
});

test.each([
  ['not JSON', 'garbage', 'not a JSON object'],
  ['zero bytes', '\0\0\0\0', 'not a JSON object'],
  ['a number', '42', 'not a JSON object'],
  ['an empty line', '', 'not a JSON object'],
  ['an unknown event', '{"type":"surprise"}', 'unknown event type "surprise"'],
  ['an event without its fields', '{"type":"invoke","series":"ledger","op":-1}', 'invoke without a proper op'],
  ['an outcome of its own', '{"type":"complete","series":"ledger","op":1,"dueNs":1,"startNs":1,"endNs":2,"outcome":"good"}', 'complete without a proper outcome'], // prettier-ignore
  ['an end twice', '{"type":"complete","series":"ledger","op":1,"dueNs":1,"startNs":1,"endNs":2,"outcome":"ok"}', 'ledger 1 ends twice'],
  ['an end before its start', '{"type":"complete","series":"ledger","op":1,"dueNs":1,"startNs":3,"endNs":2,"outcome":"ok"}', 'ledger 1 ends before it starts'], // prettier-ignore
  [
    'an invocation twice',
    '{"type":"invoke","series":"ledger","op":1,"dueNs":1,"startNs":1}',
    'ledger 1 is invoked twice, or after its end',
  ],
  ['an unknown series', '{"type":"invoke","series":"x","op":1,"dueNs":1,"startNs":1}', 'operation of series x, which was never declared'],
  ['no WAL position', '{"type":"complete","series":"ledger","op":1,"dueNs":1,"startNs":1,"endNs":2,"outcome":"ok","value":{"lsn":"z"}}', 'ledger 1: not a WAL position'], // prettier-ignore
  ['a client of another run', '{"type":"client-start","client":"c2","zone":"z","atNs":0,"epochNs":"1","bootId":"b"}', 'client c2 counts from another epoch than the run'], // prettier-ignore
])('in the middle of a history, %s is a defect and is read around', async (_what, line, defect) => {
  let number = 0;
  edit('history/client.jsonl', (lines) => lines.splice((number = lines.length - 5), 0, line));
  expect(await readRun(folder)).toEqual({ ...evidence, defects: [`history/client.jsonl: line ${number + 1}: ${defect}`] });
});

test('a series declared twice keeps its first declaration', async () => {
  edit('history/client.jsonl', (lines) => lines.splice(40, 0, lines[1] ?? ''));
  expect(await readRun(folder)).toEqual({
    ...evidence,
    defects: ['history/client.jsonl: line 41: series rw-persistent is declared twice'],
  });
});

test('slots that left no record are a defect', async () => {
  edit('history/client.jsonl', (lines) => {
    const kept = lines.filter((line) => !(line.includes('"ledger"') && /"op":3[0-4],/.test(line)));
    lines.splice(0, lines.length, ...kept);
  });
  const read = await readRun(folder);
  expect(read.defects).toEqual(['series ledger: 5 slots left no record']);
});

test('many defects of one file are told by a few and a number', async () => {
  appendFileSync(file('history/monitor.jsonl'), 'garbage\n'.repeat(40));
  const { defects } = await readRun(folder);
  expect(defects).toHaveLength(6);
  expect(defects[5]).toBe('history/monitor.jsonl: 35 more defects');
});

test('several clients are read as one history', async () => {
  const lines = readFileSync(file('history/client.jsonl'), 'utf8').split('\n');
  const second = lines.filter((line) => line.includes('"bank"') || line.includes('"client-start"') || line.includes('"client-end"'));
  const first = lines.filter((line) => !line.includes('"bank"'));
  writeFileSync(file('history/client.jsonl'), first.join('\n'));
  writeFileSync(file('history/client-2.jsonl'), `${second.join('\n')}\n`);
  const read = await readRun(folder);
  expect(read.defects).toEqual([]);
  expect(Object.fromEntries(read.series)).toEqual(Object.fromEntries(evidence.series));
  expect(read.clientEnded).toBe(true);
});

test('one client of several that was cut off is enough', async () => {
  writeFileSync(file('history/client-2.jsonl'), '');
  expect((await readRun(folder)).clientEnded).toBe(false);
});

test('a client that could not write its history did not end in good order', async () => {
  edit('history/client.jsonl', (lines) => (lines[lines.length - 2] = lines.at(-2)?.replace('"stopped"', '"history-write-failed"') ?? ''));
  expect((await readRun(folder)).clientEnded).toBe(false);
});

test.each([
  ['history/client.jsonl', 'history/client.jsonl: the file is missing'],
  ['history/monitor.jsonl', 'history/monitor.jsonl: the file is missing'],
  ['history/final.json', 'history/final.json: the file is missing'],
])('a missing %s is a defect', async (name, defect) => {
  rmSync(file(name));
  const read = await readRun(folder);
  expect(read.defects).toEqual([defect]);
  if (name === 'history/final.json') expect(read.final).toBeNull();
});

test.each([
  ['{', /cannot be read/],
  ['{}', /not a captured final state/],
  ['{"capturedNs":1,"gaps":[],"members":[],"sequences":[],"amcheck":[],"routes":[],"rows":{"a":[[5,4]]}}', /not a captured final state/],
  [
    '{"capturedNs":1,"gaps":[],"members":[],"sequences":[],"amcheck":[],"routes":[],"rows":{"a":[[0,4],[4,5]]}}',
    /not a captured final state/,
  ],
  ['{"capturedNs":1,"gaps":[],"members":[{"timelineHistory":[{"switchLsn":"x"}]}],"sequences":[],"amcheck":[],"routes":[],"rows":null}', /not a captured/], // prettier-ignore
])('a damaged final state is a defect: %s', async (text, defect) => {
  writeFileSync(file('history/final.json'), text);
  const read = await readRun(folder);
  expect(read.final).toBeNull();
  expect(read.defects).toEqual([expect.stringMatching(defect)]);
});

test('without a journal there is no run to read', async () => {
  rmSync(file('journal.jsonl'));
  await expect(readRun(folder)).rejects.toMatchObject({ code: 'history-invalid', message: /the file is missing/ });
});

test('a journal that does not say which run it is of cannot be read', async () => {
  edit('journal.jsonl', (lines) => lines.shift());
  await expect(readRun(folder)).rejects.toMatchObject({ code: 'history-invalid', message: /does not say which run/ });
});

test('a journal with a scenario that is none cannot be read', async () => {
  edit('journal.jsonl', (lines) => (lines[0] = lines[0]?.replace('"version":1', '"version":2') ?? ''));
  await expect(readRun(folder)).rejects.toMatchObject({ code: 'history-invalid', message: /scenario in it cannot be read: version/ });
});

test('an effect that is dated before it was asked for is a defect, and is put right', async () => {
  edit('journal.jsonl', (lines) => {
    const index = lines.findIndex((line) => line.includes('"state":"active"'));
    lines[index] = lines[index]?.replace(/"effectiveNs":\d+/, '"effectiveNs":1') ?? '';
  });
  const read = await readRun(folder);
  expect(read.defects).toEqual(['journal.jsonl: fault 1-container-kill is dated outside of the time in which it was made active']);
  expect(read.faults[0]?.activeNs).toBe(evidence.faults[0]?.injectedNs);
});

test('a fault that failed says why, and a stopped drill by whom', async () => {
  const fault = { type: 'fault', atNs: 16e9, fault: '1-container-kill', kind: 'container-kill', state: 'failed', target: 'primary', nodes: [], reason: 'no proof' }; // prettier-ignore
  const stopped = { type: 'stopped', atNs: 17e9, by: 'guard', reason: 'disk full' };
  appendFileSync(file('journal.jsonl'), `${JSON.stringify(fault)}\n${JSON.stringify(stopped)}\n`);
  const read = await readRun(folder);
  expect(read.faults[0]).toMatchObject({ failed: 'no proof', nodes: ['pg1'] });
  expect(read.stopped).toEqual({ by: 'guard', reason: 'disk full', atNs: 17e9 });
});

test('a phase that failed is told with its reason', async () => {
  edit('journal.jsonl', (lines) => {
    const index = lines.findIndex((line) => line.includes('"converge","state":"ended"'));
    lines[index] = lines[index]?.replace('"ended"', '"failed","detail":"waited 90 s"') ?? '';
  });
  const read = await readRun(folder);
  expect(read.phases.find(({ phase }) => phase === 'converge')).toMatchObject({ failed: 'waited 90 s' });
});
