import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planLines } from '../../../src/cli/plan-text.ts';
import { withClient } from '../../../src/drill/client-node.ts';
import { loadPlugins, type Plugins } from '../../../src/drill/plugins.ts';
import { validateFile } from '../../../src/drill/validate.ts';

const look = { live: false, colour: false, unicode: true, columns: 80, rows: 24 };
const folder = mkdtempSync(join(tmpdir(), 'pgdrill-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let plugins: Plugins;
beforeAll(async () => {
  plugins = await loadPlugins();
});

async function planOf(scenario: string): Promise<string[]> {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, `version: 1\nname: tried\ntitle: Tried out\ntopology: { kind: patroni-ha }\n${scenario}`);
  const valid = await validateFile(file, plugins);
  return planLines(valid, withClient(valid.plan, 'app'), look);
}

const kill = 'timeline:\n  - { at: 1.5s, fault: container-kill, target: primary }\n';

describe('what plan shows', () => {
  it('every node with its containers and memory, the client too, and what they come to', async () => {
    const lines = await planOf(kill);
    expect(lines).toContain('  pg2      zone b    160 MiB  db');
    expect(lines.some((line) => /^ {2}client1 +zone app/.test(line))).toBe(true);
    const planned = lines.map((line) => Number(/ (\d+) MiB {2}/.exec(line)?.[1] ?? 0)).reduce((a, b) => a + b);
    expect(lines.join(' ')).toMatch(new RegExp(`about ${planned} MiB`));
  });

  it('the timeline with targets, parameters and ends', async () => {
    const lines = await planOf(
      'timeline:\n  - { at: 0s, fault: pause, target: { zone: b }, with: { workload: db }, for: 25s }\n  - { at: 1.5s, fault: switchover }\n',
    );
    expect(lines).toContain('  at once     pause on zone b with {"workload":"db"}, for 25.0s');
    expect(lines).toContain('  after 1.5s  switchover, until the heal');
  });

  it('the objectives with where they come from, or that there are none', async () => {
    expect(await planOf(`${kill}objectives: { rto: { rw: 45s }, rpo: { transactions: 5 } }\n`)).toEqual(
      expect.arrayContaining(['  rto.rw            ≤ 45.0s  scenario', '  rpo.transactions  ≤ 5      scenario']),
    );
    expect(await planOf(kill)).toContain('  none: the checks alone decide');
  });

  it('a warning where an objective cannot be met by design', async () => {
    const text = (await planOf(`${kill}objectives: { rto: { rw: 5s } }\n`)).join(' ');
    expect(text).toMatch(/warning: objective rto\.rw 5\.0s \(scenario\) cannot be met by design/);
    expect((await planOf(kill)).join(' ')).not.toContain('warning');
  });

  it('fits 80 columns', async () => {
    for (const line of await planOf(`${kill}objectives: { tier: 1 }\n`)) expect(line.length).toBeLessThanOrEqual(80);
  });
});
