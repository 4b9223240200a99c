import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatMs, parseDurationMs } from '../../../src/base/duration.ts';
import { DrillError } from '../../../src/base/errors.ts';
import { scenarioHash } from '../../../src/scenario/hash.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { estimateDrill, timelineOf } from '../../../src/scenario/plan.ts';
import { scenarioSchema } from '../../../src/scenario/schema.ts';
import { loadTiers } from '../../../src/scenario/tiers.ts';
import { durationText, scenarioInput } from '../../support/scenario-arbitrary.ts';

/** The same value with the keys of every map in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

/** Accepted, or refused as a bad scenario: anything else is thrown on. */
function accepted(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof DrillError && error.code === 'bad-scenario') return false;
    throw error;
  }
}

/** Characters that YAML means something by, and words of the language. */
const yamlish = fc.array(
  fc.constantFrom(
    ...[
      'version: 1',
      'name: x',
      'timeline:',
      'topology:',
      'at: 5',
      'with:',
      '- ',
      ': ',
      '  ',
      '\n',
      '\t',
      '---\n',
      '...\n',
      '%YAML 1.2\n',
      '? ',
    ],
    ...[
      '&a ',
      '*a',
      '<<: ',
      '!!int ',
      '!x ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|\n',
      '>-\n',
      '#',
      '\u0000',
      '\uFEFF',
      '\r',
      '__proto__: ',
      '.inf',
      '0x',
      '~',
    ],
  ),
  { maxLength: 40 },
);

describe('whatever the text, it is accepted or refused as a bad scenario', () => {
  it.each([
    ['any text', fc.string({ unit: 'grapheme', maxLength: 300 })],
    ['any bytes', fc.string({ unit: 'binary', maxLength: 300 })],
    ['something like YAML', yamlish.map((parts) => parts.join(''))],
    ['any data', fc.jsonValue().map((value) => stringify(value))],
    [
      'a scenario with something put in',
      fc.tuple(scenarioInput, fc.nat(), fc.string({ maxLength: 5 })).map(([input, at, noise]) => {
        const text = stringify(input);
        return text.slice(0, at % text.length) + noise + text.slice(at % text.length);
      }),
    ],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        accepted(() => loadScenario(text, 'f.yaml'));
        accepted(() => loadTiers(text, 'f.yaml'));
      }),
      { numRuns: 150 },
    );
  });

  it('and every place lies within the text', () => {
    fc.assert(
      fc.property(yamlish, (parts) => {
        const text = parts.join('');
        try {
          loadScenario(text, 'f.yaml');
        } catch (error) {
          const [, line, column] = /^f\.yaml:(\d+):(\d+): /.exec((error as Error).message) ?? [];
          const there = text.split('\n')[Number(line) - 1];
          expect(there).toBeDefined();
          expect(Number(column)).toBeLessThanOrEqual((there ?? '').length + 1);
        }
      }),
    );
  });
});

describe('durations', () => {
  it('mean the same in every unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000_000 }), (ms) => {
        expect(parseDurationMs(`${ms}ms`)).toBe(ms);
        expect(parseDurationMs(`${ms / 1000}s`)).toBeCloseTo(ms, 5);
      }),
    );
  });

  it('are read back from what a person is shown, to the digit shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59_900 }), (ms) => {
        expect(Math.abs((parseDurationMs(formatMs(ms)) ?? Number.NaN) - ms)).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('have a unit', () => {
    fc.assert(fc.property(fc.float({ noNaN: true }), (bare) => parseDurationMs(String(bare)) === null));
  });
});

describe('the hash of a scenario', () => {
  const hash = (input: unknown): string => scenarioHash(scenarioSchema.parse(input));

  it('is the same whatever the order of keys, the layout, and defaults written out', () => {
    fc.assert(
      fc.property(scenarioInput, (input) => {
        const expected = hash(input);
        expect(hash(turned(input))).toBe(expected);
        expect(scenarioHash(loadScenario(`# a comment\n${stringify(input, { indent: 4 })}`, 'f.yaml').scenario)).toBe(expected);
        expect(scenarioHash(loadScenario(JSON.stringify(input), 'f.yaml').scenario)).toBe(expected);
        const explicit = {
          ...input,
          lease: '30s',
          clients: { probes: { interval: '0.05s' }, ...input.clients },
          $schema: './x.json',
          seed: 7,
        };
        expect(hash(explicit)).toBe(expected);
      }),
    );
  });

  it('is another when anything that matters is', () => {
    fc.assert(
      fc.property(scenarioInput, durationText, (input, other) => {
        const [first] = input.timeline;
        fc.pre(first !== undefined && parseDurationMs(first.at) !== parseDurationMs(other));
        const changed = [
          { ...input, timeline: [{ ...first, at: other }, ...input.timeline.slice(1)] },
          { ...input, timeline: [...input.timeline, first] },
          { ...input, topology: { ...input.topology, params: { ...input.topology.params, more: 1 } } },
          { ...input, title: `${input.title.slice(0, 100)}!?` },
        ];
        for (const one of changed) expect(hash(one)).not.toBe(hash(input));
      }),
    );
  });
});

describe('the timeline', () => {
  it('is the same each time, in the order of time, with ids of its own', () => {
    fc.assert(
      fc.property(scenarioInput, (input) => {
        const scenario = scenarioSchema.parse(input);
        const steps = timelineOf(scenario);
        expect(timelineOf(structuredClone(scenario))).toEqual(steps);
        expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
        expect(new Set(steps.map(({ id }) => id)).size).toBe(scenario.timeline.length);
        expect(steps.map(({ entry }) => entry).toSorted((a, b) => a - b)).toEqual(scenario.timeline.map((_, index) => index));
      }),
    );
  });

  it('takes at least the time that the scenario sets, and no longer than its budgets', () => {
    fc.assert(
      fc.property(scenarioInput, fc.nat(100_000), fc.option(fc.nat(100_000)), (input, atLeastMs, more) => {
        const scenario = scenarioSchema.parse(input);
        const estimate = estimateDrill(scenario, { atLeastMs, atMostMs: more === null ? null : atLeastMs + more });
        const { baseline, observe } = scenario.phases;
        const lastMs = Math.max(...scenario.timeline.map(({ at }) => at));
        expect(estimate.leastMs).toBeGreaterThanOrEqual(baseline + lastMs);
        expect(estimate.leastMs).toBeLessThanOrEqual(estimate.mostMs);
        for (const { phase, leastMs, mostMs } of estimate.phases) {
          expect(leastMs).toBeLessThanOrEqual(mostMs);
          if (phase === 'observe') expect(mostMs).toBeLessThanOrEqual(observe);
        }
      }),
    );
  });
});
