import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../src/scenario/load.ts';
import { marked, placeOf, refusals } from '../../support/marked.ts';

const head = 'version: 1\nname: x\ntitle: T\n';
const topology = 'topology: { kind: some }\n';
const timeline = 'timeline:\n  - at: 0s\n    fault: container-kill\n    target: primary\n';
const good = head + topology + timeline;

/** What is wrong, where it is marked, and words that a person must find in the message. */
const refused: [what: string, text: string, ...words: string[]][] = [
  ['nothing', '▸', 'the document is empty', 'allowed: a map of'],
  ['a comment alone', '▸# nothing here\n', 'the document is empty'],
  ['text', '▸hello', 'found `hello`', 'allowed: a map of'],
  ['a list', '▸- version: 1', 'found a list'],
  ['a tab as indent', `${head}topology:\n▸\tkind: some\n${timeline}`, 'not valid YAML', 'a tab; YAML is indented with spaces'],
  ['an open quote', `version: 1\ntitle: "T▸`, 'not valid YAML', 'Missing closing "quote'],
  ['an open map', `version: 1\ntopology: { kind: some▸`, 'not valid YAML'],
  ['a key twice', `${good}▸name: y\n`, 'not valid YAML', 'this key is there twice'],
  ['two documents', `${good}▸---\n${good}`, 'a second document begins here'],
  ['an alias to nothing', `${good}clients: ▸*nowhere\n`, 'nothing before this is marked `&nowhere`', 'found `*nowhere`'],
  ['an alias inside itself', `${good}clients: &c { probes: ▸*c }\n`, 'this alias stands inside of what it stands for'],
  ['a tag that nobody knows', `version: 1\ntitle: ▸!secret x\n`, 'not valid YAML', 'Unresolved tag'],
  ['a key that is a list', `${good}? ▸[a, b]\n: 1\n`, 'a key must be plain text'],
  [
    'an unknown key',
    `${good}▸objectivs: { tier: 1 }\n`,
    'unknown key `objectivs`; did you mean `objectives`?',
    'allowed: $schema, version',
  ],
  [
    'an unknown key within',
    `${good}phases:\n  baseline: 5s\n  ▸stedy: 3s\n`,
    'did you mean `steady`?',
    'allowed: settle, baseline, observe',
  ],
  ['a key of another kind', `${good}▸1: 2\n`, 'unknown key `1`'],
  ['a duration without a unit', `${good}phases: { baseline: ▸5 }\n`, 'a duration needs a number and a unit', 'found `5`', 'such as `20s`'],
  ['a duration with a unit that is none', `${good}phases: { baseline: ▸5 sec }\n`, 'found `5 sec`', '(ms, s, m, h)'],
  ['a duration that is a word', `${head}${topology}timeline: [{ at: ▸soon, fault: x }]\n`, 'found `soon`'],
  ['a negative duration', `${good}lease: ▸-5s\n`, 'found `-5s`'],
  ['a duration without end', `${good}phases: { steady: ▸${'9'.repeat(400)}h }\n`, '168h at most'],
  ['a duration of nothing where something divides by it', `${good}clients: { probes: { interval: ▸0s } }\n`, 'at least 1ms'],
  ['a lease that ends before it is renewed', `${good}lease: ▸1s\n`, 'at least 5.0s'],
  ['a rate without a unit', `${good}clients: { ledger: { rate: ▸50 } }\n`, 'found `50`', 'such as `50/s`'],
  ['a list where text is wanted', `version: 1\nname: x\ntitle: ▸[T]\n${topology}${timeline}`, 'found a list', 'allowed: text'],
  ['nothing where text is wanted', `version: 1\nname: x\ntitle:▸\n${topology}${timeline}`, 'found nothing', 'allowed: text'],
  ['text where a number is wanted', `version: ▸'1'\nname: x\ntitle: T\n${topology}${timeline}`, "found `'1'`", 'allowed: `1`'],
  ['another version', `version: ▸2\nname: x\ntitle: T\n${topology}${timeline}`, 'found `2`', 'allowed: `1`'],
  ['a name with blanks', `version: 1\nname: ▸My drill\ntitle: T\n${topology}${timeline}`, 'lower-case letters, digits and hyphens'],
  ['too many', `${good}clients: { ledger: { connections: ▸65 } }\n`, 'too large', 'a whole number from 1 to 64'],
  ['part of one', `${good}seed: ▸1.5\n`, 'found `1.5`', 'a whole number from 0'],
  ['more than there are integers', `${good}seed: ▸99999999999999999999\n`, 'too large'],
  ['an empty timeline', `${head}${topology}timeline: ▸[]\n`, 'too short', 'a non-empty list'],
  ['no timeline', `▸${head}${topology}`, '`timeline` is missing'],
  ['a missing key within', `${head}${topology}timeline:\n  - ▸at: 0s\n    target: primary\n`, '`fault` is missing'],
  ['a missing key in braces', `${head}topology: ▸{ postgres: 17 }\n${timeline}`, '`kind` is missing'],
  [
    'a target that is a number',
    `${head}${topology}timeline: [{ at: 0s, fault: x, target: ▸3 }]\n`,
    'a role (primary, replica,',
    'or a map of zone',
  ],
  ['a target with a misspelt key', `${head}${topology}timeline: [{ at: 0s, fault: x, target: { ▸zon: b } }]\n`, 'did you mean `zone`?'],
  ['a target with an odd zone', `${head}${topology}timeline: [{ at: 0s, fault: x, target: { zone: ▸B_ } }]\n`, 'found `B_`'],
  ['a word that is not one of those', `${good}objectives: { failover: ▸maybe }\n`, 'allowed: `expected`, `none`'],
  ['a tier that is none', `${good}objectives: { tier: ▸4 }\n`, 'a whole number from 0 to 3'],
  ['an objective without a unit', `${good}objectives: { rto: { rw: ▸30 } }\n`, 'a duration needs a number and a unit'],
  ['a mistake behind an alias', `${good}clients: { ledger: &l { rate: ▸3 }, bank: *l }\n`, 'a rate is a number per second'],
  ['a mistake in a merged map', `${good}clients: &c\n  ▸probes: {}\nphases:\n  <<: *c\n`, 'unknown key `probes`', 'allowed: settle'],
];

describe('refused, at its place', () => {
  it.each(refused)('%s', (_, source, ...words) => {
    const { text, places } = marked(source);
    const found = refusals(() => loadScenario(text, 'f.yaml'));
    expect(found.map(placeOf)).toContain(places[0]);
    const there = found
      .filter((one) => placeOf(one) === places[0])
      .map(({ message, found: what, allowed }) => `${message} (found ${what}; allowed: ${allowed})`);
    for (const word of words) expect(there.join('\n')).toContain(word);
  });

  it('all of it at once, in the order of the file', () => {
    const { text, places } = marked(
      `▸version: 1\nname: ▸Bad Name\n${topology}timeline:\n  - at: ▸5\n    fault: x\n    ▸tarrget: primary\nseed: ▸-1\n▸nonsense: true\n`,
    );
    const found = refusals(() => loadScenario(text, 'f.yaml'));
    expect(found.map(placeOf)).toEqual(places);
    expect(found.map(({ path }) => path.join('.'))).toEqual(['title', 'name', 'timeline.0.at', 'timeline.0.tarrget', 'seed', 'nonsense']);
  });

  it('in the same words on one line each: file, place, message, what was found and what is allowed', () => {
    expect(() => loadScenario(`${good}phases: { baseline: 5 }\nfoo: 1\n`, 'my/file.yaml')).toThrow(
      new RegExp(
        '^my/file.yaml:9:21: a duration needs a number and a unit: 250ms, 20s, 1.5m or 1h \\(found `5`; allowed: a duration: .*such as `20s`\\)\n' +
          'my/file.yaml:10:1: unknown key `foo` \\(found `foo`; allowed: .*\\)$',
      ),
    );
  });

  it('one objection a place', () => {
    expect(refusals(() => loadScenario(`${good}seed: 99999999999999999999\n`, 'f.yaml'))).toHaveLength(1);
  });

  it('a mistake that YAML stumbles over many times, a few times', () => {
    expect(refusals(() => loadScenario('['.repeat(5000), 'f.yaml')).length).toBeLessThanOrEqual(5);
  });

  it('aliases of aliases of aliases', () => {
    const bomb = Array.from(
      { length: 9 },
      (_, level) => `x${level}: &x${level} [${`${level === 0 ? '1' : `*x${level - 1}`},`.repeat(9)}]`,
    ).join('\n');
    expect(refusals(() => loadScenario(bomb, 'f.yaml'))[0]?.message).toContain('not valid YAML');
  });
});

describe('accepted', () => {
  it('with defaults filled in, durations in ms, rates per second', () => {
    const { scenario, input } = loadScenario(good, 'f.yaml');
    expect(scenario).toMatchObject({
      topology: { kind: 'some', params: {}, postgres: 17, images: {} },
      clients: { probes: { interval: 50, deadline: 1000, memberInterval: 100 }, ledger: { rate: 50 }, bank: { rate: 10 } },
      phases: { settle: 90_000, baseline: 5000, observe: 60_000, converge: 90_000, steady: 3000 },
      timeline: [{ at: 0, fault: 'container-kill', target: 'primary', with: {} }],
      objectives: { rto: {}, rpo: {} },
      lease: 30_000,
    });
    expect(input).toEqual({
      version: 1,
      name: 'x',
      title: 'T',
      topology: { kind: 'some' },
      timeline: [{ at: '0s', fault: 'container-kill', target: 'primary' }],
    });
  });

  it.each([
    [
      'anchors and aliases',
      `${good}clients: { ledger: { connections: &n 7 }, bank: { connections: *n } }\n`,
      { clients: { bank: { connections: 7 } } },
    ],
    [
      'merged maps, with what is said beside them going first',
      `${head}${topology}timeline:\n  - &first { at: 0s, fault: x, target: primary }\n  - { <<: *first, at: 5s }\n`,
      { timeline: [{ at: 0 }, { at: 5000, fault: 'x', target: 'primary' }] },
    ],
    ['line ends of Windows', good.replaceAll('\n', '\r\n'), { name: 'x' }],
    ['a byte order mark', `\uFEFF${good}`, { name: 'x' }],
    [
      'JSON',
      JSON.stringify({ version: 1, name: 'x', title: 'T', topology: { kind: 'some' }, timeline: [{ at: '0s', fault: 'x' }] }),
      { name: 'x' },
    ],
    ['a title that looks like a date', good.replace('title: T', 'title: 2026-01-01'), { title: '2026-01-01' }],
    ['a zone as target', good.replace('primary', '{ zone: b }'), { timeline: [{ target: { zone: 'b' } }] }],
  ])('%s', (_, text, expected) => {
    expect(loadScenario(text, 'f.yaml').scenario).toMatchObject(expected);
  });
});
