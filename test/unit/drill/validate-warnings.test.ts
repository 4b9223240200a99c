import { describe, expect, it } from 'vitest';
import { validate, type ValidatedScenario } from '../../../src/drill/validate.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { loadTiers } from '../../../src/scenario/tiers.ts';
import { stubPlugins } from '../../support/stub-plugins.ts';

const tiers = loadTiers("version: 1\ntiers:\n  '0':\n    objectives: { rto: { rw: 10s }, rpo: { transactions: 0 } }\n", 'tiers.yaml');

interface Asked {
  fault?: string;
  kind?: string;
  rest?: string;
}
function check({ fault = '{ at: 0s, fault: kill, target: primary }', kind = 'cluster', rest = '' }: Asked): ValidatedScenario {
  const text = `version: 1\nname: x\ntitle: T\ntopology: { kind: ${kind} }\ntimeline: [${fault}]\n${rest}\n`;
  return validate(loadScenario(text, 'f.yaml'), stubPlugins, tiers);
}
const rto = (limit: string): string => `objectives: { rto: { rw: ${limit} } }`;

describe('an objective that cannot be met by design', () => {
  it('is warned of, with the reason', () => {
    expect(check({ rest: rto('5s') }).warnings).toEqual([
      'objective rto.rw 5.0s (scenario) cannot be met by design: an outage of at least 16.0s is to be expected, as of the lease',
    ]);
  });

  it('is warned of also when it is the tier’s', () => {
    expect(check({ rest: 'objectives: { tier: 0 }' }).warnings).toEqual([
      expect.stringMatching(/^objective rto\.rw 10\.0s \(tier 0\) cannot be met by design/),
      expect.stringMatching(/^objective rpo\.transactions 0 \(tier 0\) is not what the settings promise: replication is asynchronous$/),
    ]);
  });

  it.each<[string, Asked]>([
    ['an objective that can be met', { rest: rto('16s') }],
    ['an objective of another route', { rest: 'objectives: { rto: { ro: 1s } }' }],
    ['a fault that promises nothing', { fault: '{ at: 0s, fault: switchover }', rest: rto('5s') }],
    ['a fault that hits no primary', { fault: '{ at: 0s, fault: kill, target: one-replica }', rest: `${rto('5s')}\nseed: 1` }],
    ['a fault that is over before', { fault: '{ at: 0s, fault: pause, target: primary, for: 4s }', rest: rto('5s') }],
    ['no loss, where none is promised', { kind: 'synchronous', rest: 'objectives: { rpo: { transactions: 0, seconds: 0s, bytes: 0 } }' }],
    ['no loss of a replica', { fault: '{ at: 0s, fault: kill, target: one-replica }', rest: 'objectives: { rpo: { transactions: 0 } }' }],
    ['some loss', { rest: 'objectives: { rpo: { transactions: 1 } }' }],
  ])('is not: %s', (_, asked) => {
    expect(check(asked).warnings).toEqual([]);
  });

  it.each(['transactions: 0', 'seconds: 0s', 'bytes: 0'])('no loss, where some is to be expected: %s', (objective) => {
    expect(check({ rest: `objectives: { rpo: { ${objective} } }` }).warnings).toEqual([
      expect.stringContaining(`objective rpo.${objective.split(':')[0]} 0 (scenario)`),
    ]);
  });
});

it('a budget that ends before the outage may is warned of', () => {
  expect(check({ rest: 'phases: { observe: 29s }' }).warnings).toEqual([
    expect.stringMatching(/^phases\.observe 29\.0s may end before the outage does: up to 30\.0s/),
  ]);
  expect(check({ rest: 'phases: { observe: 30s }' }).warnings).toEqual([]);
});

it('a major that no image is made for is warned of, unless an image is named', () => {
  expect(check({ kind: 'cluster, postgres: 16' }).warnings).toEqual([
    expect.stringMatching(/^no image is made here for PostgreSQL 16, only for 15, 17, 18/),
  ]);
  expect(check({ kind: 'cluster, postgres: 16, images: { postgres: my/postgres }' }).warnings).toEqual([]);
});

it('the estimate goes by what the settings promise', () => {
  const observe = ({ estimate }: ValidatedScenario) => estimate.phases.find(({ phase }) => phase === 'observe');
  expect(observe(check({}))).toMatchObject({ leastMs: 19_000, mostMs: 33_000 });
  expect(observe(check({ fault: '{ at: 0s, fault: switchover }' }))).toMatchObject({ leastMs: 3000, mostMs: 3000 });
});
