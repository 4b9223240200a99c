import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { buildReport, reportJsonSchema, reportSchema } from '../../../src/report/model.ts';
import { second } from '../../support/synthetic-run.ts';
import { censored, inconclusive, inputs, passing, zombie } from './inputs.ts';

const published = JSON.parse(readFileSync(new URL('../../../schemas/report.schema.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;

describe('the report model', () => {
  it('is published as the JSON Schema that the code has', () => {
    // When it is not: node bin/pgdrill.mjs schema report > schemas/report.schema.json
    expect(published).toEqual(reportJsonSchema());
  });

  it.each(Object.entries(inputs))('of %s survives JSON and fits the published schema', (_, make) => {
    const model = buildReport(make());
    const read: unknown = JSON.parse(JSON.stringify(model));
    expect(read).toEqual(model);
    expect(reportSchema.parse(read)).toEqual(model);
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(published);
    validate(read);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('refuses a key that the schema does not know', () => {
    expect(reportSchema.safeParse({ ...buildReport(passing()), surprise: 1 }).success).toBe(false);
  });

  it('is the same for the same evidence', () => {
    expect(JSON.stringify(buildReport(zombie()))).toBe(JSON.stringify(buildReport(zombie())));
  });

  it('counts time from the moment the first fault took hold', () => {
    const model = buildReport(passing());
    expect(model.faults[0]).toMatchObject({ activeAtSeconds: 0, injectedAtSeconds: -0.02, provenAtSeconds: 0.05, state: 'healed' });
    expect(model.timeZero.wallClock).toBe('2025-01-01T00:00:15.100Z');
    expect(model.rto['rw']).toMatchObject({ seconds: 19.85, lower: 19.8, upper: 19.85, widthSeconds: 0.05, recoveredAtSeconds: 19.85 });
    expect(model.timeline.focus.fromSeconds).toBeLessThan(0);
    expect(model.timeline.focus.toSeconds).toBeGreaterThan(19.85);
  });

  it('says that an unproven fault was never in effect, and counts from when it was asked for', () => {
    const model = buildReport(inconclusive());
    expect(model.faults[0]).toMatchObject({
      state: 'injecting',
      injectedAtSeconds: 0,
      activeAtSeconds: null,
      provenAtSeconds: null,
      evidence: null,
    });
    expect(model.timeZero.is).toContain('never proven');
    expect(model.hostLoad).toBeNull();
    expect(model.parameters).toContainEqual({ name: 'retry_timeout', asked: '12', inForce: '5', differs: true });
  });

  it('gives a censored outage a lower end and no upper', () => {
    const { rto, timeline } = buildReport(censored());
    expect(rto['rw']).toMatchObject({ seconds: null, lower: 58.2, upper: null, widthSeconds: null, censored: true });
    expect(timeline.focus.toSeconds).toBe(timeline.endAtSeconds);
  });

  it('gives a drill without any fault or client a report all the same', () => {
    const input = passing();
    Object.assign(input.evidence, {
      faults: [],
      series: new Map(),
      members: [],
      leaders: [],
      routes: [],
      log: [],
      phases: [],
      lag: [],
      clocks: [],
    });
    const model = buildReport(input);
    expect(model.timeline.endAtSeconds).toBeGreaterThan(model.timeline.startAtSeconds);
    expect(model.timeZero.is).toContain('the run began');
  });
});

describe('the expectation of a scenario', () => {
  const expected = { verdict: 'fail', failing: ['RPO', 'SINGLE', 'rpo.transactions', 'rpo.bytes'], because: 'no fence' } as const;
  const reportOf = (failing: readonly string[], verdict: 'pass' | 'fail' = 'fail') => {
    const input = zombie();
    input.evidence.scenario.expected = { ...expected, verdict, failing: [...failing] };
    return buildReport(input).expected;
  };

  it('is met when exactly what was named failed', () => {
    expect(reportOf(expected.failing)).toMatchObject({ asExpected: true, differences: [] });
  });

  it('is not met when more failed', () => {
    expect(reportOf(['SINGLE'])).toMatchObject({
      asExpected: false,
      differences: ['Failed without being expected to: RPO, rpo.transactions, rpo.bytes.'],
    });
  });

  it('is not met when less failed', () => {
    expect(reportOf([...expected.failing, 'TL'])).toMatchObject({ asExpected: false, differences: ['Expected to fail and did not: TL.'] });
  });

  it('is not met when the verdict differs', () => {
    expect(reportOf([], 'pass')).toMatchObject({ asExpected: false, differences: ['The verdict is fail; pass was expected.'] });
  });

  it('is absent where the scenario says nothing', () => {
    expect(buildReport(passing()).expected).toBeNull();
  });
});

it('lists a thousand offences at most, and counts them all', () => {
  const input = zombie();
  const offences = Array.from({ length: 2500 }, (_, op) => ({ what: `ledger #${op}`, atNs: 15 * second + op }));
  const checks = [{ name: 'RPO', summary: '?', method: '', result: { outcome: 'fail' as const, summary: '', offences } }];
  const [check] = buildReport({ ...input, checks }).checks;
  expect(check?.offences).toHaveLength(1000);
  expect(check?.offenceCount).toBe(2500);
});
