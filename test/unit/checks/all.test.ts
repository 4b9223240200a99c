import { describe, expect, test } from 'vitest';
import { allChecks } from '../../support/all-checks.ts';
import { syntheticRun } from '../../support/synthetic-run.ts';

const checks = await allChecks();

test('the checks are the ones that were promised', () => {
  expect(checks.map(({ name }) => name).toSorted()).toEqual([
    'FOLLOW',
    'INTEG',
    'LIVE',
    'REJOIN',
    'ROUTE',
    'RPO',
    'SEQ',
    'SINGLE',
    'TL',
    'TRUTH',
  ]);
});

describe.each(checks)('$name', (check) => {
  test.each([
    ['a failover', {}],
    ['a restart in place', { failover: 'none', outages: [{ fromMs: 0, toMs: 2000 }] }],
    ['a drill without an outage', { failover: 'none', outages: [] }],
  ] as const)('passes after %s that went by the book', (_what, options) => {
    const result = check.evaluate(
      syntheticRun({ ...options, outages: 'outages' in options ? [...options.outages] : [{ fromMs: 0, toMs: 19_800 }] }),
    );
    expect(result).toEqual({ outcome: 'pass', summary: expect.any(String), offences: [] });
  });

  test('is unknown, and no pass, of an empty history', () => {
    const full = syntheticRun();
    const evidence = { ...full, series: new Map(), members: [], final: null };
    expect(check.evaluate(evidence).outcome).toBe('unknown');
  });
});

test.each(checks.filter(({ name }) => name !== 'SINGLE'))('$name is unknown when the drill never got to examine', (check) => {
  const result = check.evaluate({ ...syntheticRun(), final: null });
  expect(result).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('the final state was not captured') });
});

test('docs/checks.md says what the definitions say', async () => {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = checks.map(({ name, summary, method }) => `| ${name} | ${cell(summary)} | ${cell(method)} |\n`);
  const intro = `# Checks

A check is a question about correctness, answered from a drill's history and captured final state alone, so that old runs
can be judged again. It answers \`pass\`, \`fail\` or \`unknown\`; the worst answer of all checks counts. What a check names as
offending is marked in the report.

`;
  const text = `${intro}| check | what it asks | how, and what it cannot see |\n| --- | --- | --- |\n${rows.join('')}`;
  await expect(text).toMatchFileSnapshot('../../../docs/checks.md');
});
