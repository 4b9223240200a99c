import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate, validateFile, type ValidatedScenario } from '../../../src/drill/validate.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { loadTiers } from '../../../src/scenario/tiers.ts';
import { marked, placeOf, refusals } from '../../support/marked.ts';
import { stubPlugins } from '../../support/stub-plugins.ts';

const tiers = loadTiers("version: 1\ntiers:\n  '1':\n    objectives: { rto: { rw: 40s, ro: 9s }, rpo: { seconds: 1s } }\n", 'tiers.yaml');
const check = (text: string): ValidatedScenario => validate(loadScenario(text, 'f.yaml'), stubPlugins, tiers);

const head = 'version: 1\nname: x\ntitle: T\n';
const topology = 'topology: { kind: cluster }\n';
const bare = 'topology: { kind: bare }\n';
const timeline = 'timeline:\n  - at: 0s\n    fault: kill\n    target: primary\n';
const one = (entry: string): string => `${head}${topology}timeline:\n  - ${entry}\n`;

const refused: [what: string, text: string, ...words: string[]][] = [
  [
    'an unknown topology',
    `${head}topology: { kind: ▸clutser }\n${timeline}`,
    'there is no topology `clutser`; did you mean `cluster`?',
    'bare, cluster, synchronous',
  ],
  [
    'an unknown parameter',
    `${head}topology: { kind: cluster, params: { ▸tttl: 20s } }\n${timeline}`,
    'unknown key `tttl`; did you mean `ttl`?',
    'members, ttl, pool',
  ],
  [
    'an unknown parameter within one',
    `${head}topology:\n  kind: cluster\n  params:\n    pool:\n      ▸sise: 1\n${timeline}`,
    'did you mean `size`?',
  ],
  [
    'a parameter out of range',
    `${head}topology: { kind: cluster, params: { members: ▸10 } }\n${timeline}`,
    'a whole number from 1 to 9',
    'found `10`',
  ],
  [
    'parameters that do not fit together',
    `${head}topology: { kind: cluster, params: { ttl: ▸5s } }\n${timeline}`,
    'no ttl below 20s',
    'found `5s`',
  ],
  [
    'an unknown image role',
    `${head}topology: { kind: cluster, images: { ▸postgress: x } }\n${timeline}`,
    'did you mean `postgres`?',
    'etcd, haproxy',
  ],
  [
    'an unknown fault',
    one('{ at: 0s, fault: ▸kil, target: primary }'),
    'there is no fault `kil`; did you mean `kill`?',
    'kill, pause, switchover',
  ],
  ['an unknown parameter of a fault', one('{ at: 0s, fault: kill, target: primary, with: { ▸singal: KILL } }'), 'did you mean `signal`?'],
  [
    'a word that a fault does not take',
    one('{ at: 0s, fault: kill, target: primary, with: { signal: ▸HUP } }'),
    'found `HUP`',
    '`KILL`, `TERM`',
  ],
  ['a missing target', one('▸{ at: 0s, fault: kill }'), 'kill needs a `target`', 'primary, replica'],
  ['a needless target', one('{ at: 0s, fault: switchover, ▸target: primary }'), 'switchover takes no target'],
  [
    'a node that is not there',
    one('{ at: 0s, fault: kill, target: ▸pg3 }'),
    'there is no target `pg3`; did you mean `pg1`?',
    'a node (pg1, pg2)',
  ],
  ['a misspelt role', one('{ at: 0s, fault: kill, target: ▸primray }'), 'did you mean `primary`?'],
  ['a zone that is not there', one('{ at: 0s, fault: kill, target: { zone: ▸c } }'), 'there is no zone `c`', 'allowed: a, b'],
  [
    'a role that the topology cannot tell',
    `${head}${bare}timeline: [{ at: 0s, fault: kill, target: ▸primary }]\n`,
    'target primary needs what bare lacks: primary',
    'allowed: client, cluster, zone: a|b',
  ],
  [
    'a leader of a DCS that is not there',
    `${head}topology: { kind: synchronous }\ntimeline: [{ at: 0s, fault: kill, target: ▸dcs-leader }]\n`,
    'lacks: dcsLeader',
  ],
  ['a cut from nobody', one('▸{ at: 0s, fault: cut, target: primary }'), 'cut needs a `from`', 'client, cluster, rest'],
  ['another side for a fault that has none', one('{ at: 0s, fault: kill, target: primary, ▸from: replica }'), 'kill takes no from'],
  [
    'another side that is not there',
    one('{ at: 0s, fault: cut, target: primary, from: ▸pg3 }'),
    'there is no from `pg3`; did you mean `pg1`?',
  ],
  ['everybody else as a target', one('{ at: 0s, fault: cut, target: ▸rest, from: client }'), 'there is no target `rest`'],
  ['a node cut off from itself', one('{ at: 0s, fault: cut, target: pg1, from: ▸pg1 }'), 'pg1 and pg1 overlap', 'share no node'],
  ['a zone cut off from itself', one('{ at: 0s, fault: cut, target: { zone: a }, from: ▸{ zone: a } }'), 'zone:a and zone:a overlap'],
  ['a cut through a group', one('{ at: 0s, fault: cut, target: primary, from: ▸majority }'), 'primary and majority overlap'],
  ['a cut out of the cluster', one('{ at: 0s, fault: cut, target: cluster, from: ▸one-replica }'), 'cluster and one-replica overlap'],
  [
    'a capability that the topology lacks',
    `${head}${bare}timeline: [{ at: 0s, fault: ▸switchover }]\n`,
    'switchover needs what bare lacks: switchover',
  ],
  [
    'a fault that fires when all is over',
    `${head}${topology}phases: { observe: 30s }\ntimeline: [{ at: ▸30s, fault: kill, target: primary }]\n`,
    'kill fires after the end: observation lasts 30.0s',
    'less than 30.0s',
  ],
  [
    'a fault that ends when all is over',
    `${head}${topology}timeline: [{ at: 20s, fault: pause, target: primary, for: ▸40s }]\n`,
    'would end after the observation',
    'less than 40.0s',
  ],
  [
    'a fault twice',
    `${one('{ at: 0s, fault: kill, target: primary }')}  - ▸{ at: 0s, fault: kill, target: primary }\n`,
    'the same kill is there already (timeline entry 1)',
  ],
  [
    'a fault that is in effect',
    `${one('{ at: 0s, fault: pause, target: pg1, for: 10s }')}  - ▸{ at: 9s, fault: pause, target: pg1 }\n`,
    'is in effect from 0ms on',
  ],
  [
    'an objective for a route that is not there',
    `${head}${topology}${timeline}objectives: { rto: { ▸rww: 30s } }\n`,
    'there is no route `rww`; did you mean `rw`?',
    'rw, ro',
  ],
  [
    'an unknown check',
    `${head}${topology}${timeline}checks: [RPO, ▸SINGEL]\n`,
    'there is no check `SINGEL`; did you mean `SINGLE`?',
    'RPO, SINGLE',
  ],
  [
    'a tier that the file has not got',
    `${head}${topology}${timeline}objectives: { tier: ▸2 }\n`,
    'the tiers file has no tier 2',
    'allowed: 1',
  ],
];

describe('refused, at its place', () => {
  it.each(refused)('%s', (_, source, ...words) => {
    const { text, places } = marked(source);
    const found = refusals(() => check(text));
    expect(found.map(placeOf)).toEqual(places);
    const said = `${found[0]?.message} (found ${found[0]?.found}; allowed: ${found[0]?.allowed})`;
    for (const word of words) expect(said).toContain(word);
  });

  it('all of it at once, also when the topology is unknown', () => {
    const { text, places } = marked(
      `${head}topology: { kind: ▸none }\ntimeline:\n  - { at: ▸70s, fault: ▸kil, target: pg9 }\nchecks: [▸X]\n`,
    );
    expect(refusals(() => check(text)).map(placeOf)).toEqual(places);
  });
});

describe('accepted', () => {
  it.each([
    [
      'a fault again on a role, which may be another node’s by then',
      `${one('{ at: 0s, fault: kill, target: primary, for: 30s }')}  - { at: 20s, fault: kill, target: primary }\n`,
    ],
    [
      'a fault again on a node when the first is over',
      `${one('{ at: 0s, fault: pause, target: pg1, for: 5s }')}  - { at: 5s, fault: pause, target: pg1 }\n`,
    ],
    ['the same fault on two nodes', `${one('{ at: 0s, fault: kill, target: pg1 }')}  - { at: 0s, fault: kill, target: pg2 }\n`],
    ['a zone', one('{ at: 0s, fault: kill, target: { zone: b } }')],
    ['the client', one('{ at: 0s, fault: pause, target: client }')],
    ['a node of a topology without roles', `${head}${bare}timeline: [{ at: 0s, fault: kill, target: pg2 }]\n`],
  ])('%s', (_, text) => {
    expect(check(text).faults.length).toBeGreaterThan(0);
  });

  it('with definitions, parameters, checks and plan at hand', () => {
    const { faults, checks, topologyParams, plan } = check(
      `${head}${topology}timeline:\n  - { at: 9s, fault: switchover }\n  - { at: 1s, fault: kill, target: pg2, for: 2s }\n`,
    );
    expect(faults).toEqual([
      { id: '1-kill', definition: stubPlugins.faults.get('kill'), target: 'pg2', params: { signal: 'KILL' }, atMs: 1000, forMs: 2000 },
      { id: '2-switchover', definition: stubPlugins.faults.get('switchover'), target: undefined, params: {}, atMs: 9000, forMs: undefined },
    ]);
    expect(checks).toEqual(['RPO', 'SINGLE']);
    expect(topologyParams).toEqual({ members: 3, ttl: 20_000, pool: { size: 5 } });
    expect(plan.nodes.map(({ name }) => name)).toEqual(['pg1', 'pg2']);
  });

  it('with limits of the scenario, then of its tier, for routes that are there', () => {
    const objectives = 'objectives: { tier: 1, rto: { rw: 35s } }\n';
    expect(check(`${head}${topology}${timeline}${objectives}`).limits).toMatchObject({
      rto: { rw: { limit: 35_000, from: 'scenario' }, ro: { limit: 9000, from: 'tier 1' } },
      secondsMs: { limit: 1000, from: 'tier 1' },
      transactions: null,
    });
    expect(check(`${head}${bare}timeline: [{ at: 0s, fault: pause, target: pg1 }]\n${objectives}`).limits.rto).toEqual({
      rw: { limit: 35_000, from: 'scenario' },
    });
  });
});

describe('a file', () => {
  let folder = '';
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgdrill-validate-'));
    mkdirSync(join(folder, 'mine'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const tiered = `${head}${topology}${timeline}objectives: { tier: 1 }\n`;

  it('that is not there is refused by name', async () => {
    await expect(validateFile(join(folder, 'absent.yaml'), stubPlugins)).rejects.toMatchObject({
      code: 'bad-scenario',
      message: expect.stringContaining('absent.yaml: cannot be read') as string,
    });
  });

  it('is held to the tiers that come with pgdrill', async () => {
    expect((await validateFile(write('mine/a.yaml', tiered), stubPlugins)).limits.rto['rw']).toEqual({ limit: 60_000, from: 'tier 1' });
  });

  it('is held to the tiers beside it or above it, and these are refused at their place', async () => {
    const file = write('mine/a.yaml', tiered);
    const own = write('tiers.yaml', "version: 1\ntiers:\n  '1': { objectives: { rto: { rw: 77s } } }\n");
    expect((await validateFile(file, stubPlugins)).limits.rto['rw']).toEqual({ limit: 77_000, from: 'tier 1' });
    write('tiers.yaml', "version: 1\ntiers:\n  '1': { objectives: { rto: { rw: 77 } } }\n");
    await expect(validateFile(file, stubPlugins)).rejects.toThrow(`${own}:3:35: a duration needs a number and a unit`);
    await expect(validateFile(write('mine/b.yaml', `${head}${topology}${timeline}`), stubPlugins)).resolves.toBeDefined();
  });
});
