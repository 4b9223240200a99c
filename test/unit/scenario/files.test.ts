import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPlugins, type Plugins } from '../../../src/drill/plugins.ts';
import { validateFile } from '../../../src/drill/validate.ts';

const home = join(import.meta.dirname, '../../..');
const folder = 'scenarios/patroni-ha';
const files = readdirSync(join(home, folder));
let plugins: Plugins;
beforeAll(async () => {
  plugins = await loadPlugins();
});

describe.each(files)(`${folder}/%s`, (file) => {
  const validated = async () => validateFile(join(home, folder, file), plugins);

  it('is accepted, and asks for nothing that its topology does not promise', async () => {
    expect((await validated()).warnings).toEqual([]);
  });

  it('is named like its file', async () => {
    expect((await validated()).scenario.name).toBe(basename(file, '.yaml'));
  });

  it('is over soon', async () => {
    const { scenario, estimate } = await validated();
    const longest = Math.max(0, ...scenario.timeline.map((entry) => entry.for ?? 0));
    expect((estimate.leastMs + estimate.mostMs) / 2).toBeLessThan(70_000 + longest / 2);
  });

  it('says what writes and acknowledged rows are held to, and whether a failover is expected', async () => {
    const { limits } = await validated();
    expect(limits.rto['rw']?.from).toBe('scenario');
    expect(limits.failover).not.toBeNull();
    expect(limits.transactions ?? limits.secondsMs ?? limits.bytes).not.toBeNull();
  });
});

it('each kind of fault is there; each that can lose writes also with synchronous replication', () => {
  const faults = files.map((file) => {
    const { timeline, topology } = parse(readFileSync(join(home, folder, file), 'utf8')) as {
      timeline: { fault: string }[];
      topology: { params: { synchronousMode?: string } };
    };
    return `${timeline[0]?.fault} ${topology.params.synchronousMode ?? 'off'}`;
  });
  expect(new Set(faults)).toEqual(
    new Set([
      ...['container-kill off', 'host-loss off', 'packet-loss off', 'partition off', 'process-kill off', 'pause off', 'switchover off'],
      ...['container-kill strict', 'host-loss strict', 'pause strict'],
    ]),
  );
});
