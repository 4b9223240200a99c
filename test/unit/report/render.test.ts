import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReport, type ReportModel, reportSchema } from '../../../src/report/model.ts';
import { renderHtml, jsonForHtml } from '../../../src/report/render/html.ts';
import { escapeXml, renderJunit } from '../../../src/report/render/junit.ts';
import { escapeMarkdown, renderMarkdown } from '../../../src/report/render/markdown.ts';
import { renderReport } from '../../../src/report/render.ts';
import { ms, second } from '../../support/synthetic-run.ts';
import { syntheticSeries } from '../../support/synthetic-series.ts';
import { censored, inconclusive, inputs, passing, zombie } from './inputs.ts';

const headings = [
  'Objectives',
  'Key figures',
  'Timeline',
  'Throughput and latency',
  'Where the outage went',
  'Checks',
  'Faults',
  'What was not simulated',
  'Parameters, asked and in force',
  'Environment',
  'How it was measured',
];
const nasty = `</script><script>alert('1')</script> & "quotes" {{model.seed}} \u0007 | \`x\``;

describe('the page', () => {
  it.each(Object.entries(inputs))('of %s has every section, in order', async (_, make) => {
    const html = await renderHtml(buildReport(make()));
    const found = [...html.matchAll(/<h2 id="[^"]+">([^<]*)/g)]
      .map(([, title]) => title?.trim())
      .filter((title) => headings.includes(title ?? ''));
    expect(found).toEqual(headings);
  });

  it('names nothing outside itself', async () => {
    const html = await renderHtml(buildReport(zombie()));
    expect(html.match(/(?:src|href)="(?!data:,)[^"]*"/g)).toBeNull();
    expect(html.match(/@import|url\((?!#)[^)]*\)/g)).toBeNull();
    expect(html.match(/<link(?! rel="icon" href="data:,")/g)).toBeNull();
  });

  it('keeps text from a scenario text, wherever it goes', async () => {
    const input = zombie();
    input.evidence.scenario.title = nasty;
    input.evidence.run.environment = { [nasty]: nasty };
    input.evidence.faults = input.evidence.faults.map((fault) => ({ ...fault, params: { [nasty]: nasty } }));
    input.verdict = { verdict: 'fail', reasons: [nasty] };
    const offence = { what: nasty, atNs: 16 * second, node: nasty, operations: [{ series: nasty, op: 1 }] };
    const html = await renderHtml(
      buildReport({
        ...input,
        checks: [{ name: nasty, summary: nasty, method: nasty, result: { outcome: 'fail', summary: nasty, offences: [offence] } }],
      }),
    );
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain('&lt;/script&gt;&lt;script&gt;alert(');
    expect(html).not.toContain('<script>alert');
  });

  it('shows a count with every folded list', async () => {
    const html = await renderHtml(buildReport(zombie()));
    expect(html).toContain('17 offences');
    expect(html).toContain('12 more');
    expect(html).toContain('ledger #252 was acknowledged and is not in the table');
  });

  it('sets what a text marks as code as code, and nothing else of it', async () => {
    const input = passing();
    const checks = input.checks.map((check) => ({ ...check, result: { ...check.result, summary: '`rw` leads to <b>pg2</b>' } }));
    expect(await renderHtml(buildReport({ ...input, checks }))).toContain('<code>rw</code> leads to &lt;b&gt;pg2&lt;/b&gt;');
  });

  it('says what an unexplained stretch of the outage is', async () => {
    const html = await renderHtml(buildReport(passing()));
    expect(html).toContain('of which 0.30 s no source explains');
    expect(html).toContain('<em>unexplained</em>');
  });

  it('says that a censored outage is at least so long', async () => {
    const html = await renderHtml(buildReport(censored()));
    expect(html).toContain('≥ 58.20 s');
  });

  it('stays below 3 MB after ten minutes at 200 operations a second that flap throughout', async () => {
    const input = passing();
    const refusals = Array.from({ length: 300 }, (_, k) => ({
      fromNs: (20 + 2 * k) * second,
      toNs: (21 + 2 * k) * second,
      how: 'refused' as const,
    }));
    const server = () => ({ address: '10.0.0.11', timeline: 1, lsn: '0/0', inRecovery: false });
    for (const [name, { declared }] of input.evidence.series) {
      const intervalNs = name === 'ledger' ? 10 * ms : declared.intervalNs;
      input.evidence.series.set(name, syntheticSeries({ declared: { ...declared, intervalNs }, endNs: 610 * second, refusals, server }));
    }
    const perSecond = [...input.evidence.series.values()].reduce((sum, { declared }) => sum + second / declared.intervalNs, 0);
    expect(perSecond).toBeGreaterThanOrEqual(200);
    const html = await renderHtml(buildReport(input));
    expect(html.length).toBeLessThan(3_000_000);
  });

  it('has templates that escape everything', () => {
    const folder = new URL('../../../reports/', import.meta.url);
    const templates = ['report.hbs', ...readdirSync(new URL('partials/', folder)).map((name) => `partials/${name}`)];
    expect(templates.length).toBeGreaterThan(10);
    const unescaped = templates.filter((name) => /\{\{\{|\{\{&/.test(readFileSync(new URL(name, folder), 'utf8')));
    expect(unescaped).toEqual([]);
  });
});

it('JSON inside a script element can neither end it nor lose anything', () => {
  const strings = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('</script>', '<!--', '\u2028', nasty));
  fc.assert(
    fc.property(fc.dictionary(strings, fc.array(strings)), (value) => {
      const text = jsonForHtml(value);
      expect(text).not.toMatch(/[<\u2028\u2029]/);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 50 },
  );
});

describe('junit.xml', () => {
  const xmlOf = (make: () => Parameters<typeof buildReport>[0]): string => renderJunit(buildReport(make()));

  it('has a suite of verdict, objectives and checks', () => {
    const xml = xmlOf(passing);
    expect(xml).toContain('<testsuite name="primary-container-kill" tests="11" failures="0" errors="0" skipped="0"');
    expect(xml.match(/<testcase /g)).toHaveLength(11);
  });

  it('has a failure for what failed', () => {
    const xml = xmlOf(zombie);
    expect(xml).toContain('tests="11" failures="5" errors="0"');
    expect(xml.match(/<failure /g)).toHaveLength(5);
    expect(xml).toContain('measured 17 transactions, limit 0 transactions (scenario)');
  });

  it('has an error for what could not be told', () => {
    const xml = xmlOf(inconclusive);
    expect(xml.match(/<error /g)).toHaveLength(3);
    expect(xml).not.toContain('<failure');
  });

  it('skips what an aborted drill never reached', () => {
    const model: ReportModel = { ...buildReport(inconclusive()), verdict: 'aborted' };
    const xml = renderJunit(model);
    expect(xml).toContain('errors="1" skipped="2"');
    expect(xml.match(/<skipped /g)).toHaveLength(2);
  });

  it('holds any text without leaving XML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeXml(text);
        // eslint-disable-next-line no-control-regex -- what XML 1.0 cannot hold
        expect(escaped).not.toMatch(/[\u0000-\u001f\ufffe\uffff<>"]|&(?!amp;|lt;|gt;|quot;|#(?:9|10|13);)/);
        expect(escaped.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('summary.md', () => {
  it('has verdict, objectives, RTO with its interval, RPO, checks and the way to the rest', () => {
    const text = renderMarkdown(buildReport(zombie()));
    for (const part of ['❌ FAIL', '17 transactions', '19.80 – 19.85 s', '17 writes', 'SINGLE', 'As expected', 'report.html'])
      expect(text).toContain(part);
  });

  it('keeps every table row at its number of cells', () => {
    const input = zombie();
    const checks = input.checks.map((check) => ({ ...check, result: { ...check.result, summary: 'a | b\n| c \\| d' } }));
    const lines = renderMarkdown(buildReport({ ...input, checks })).split('\n');
    const cells = (line: string): number => line.replaceAll(/\\./g, '').split('|').length;
    const uneven = lines.filter((line, index) => {
      const next = lines[index + 1] ?? '';
      return line.startsWith('|') && next.startsWith('|') && cells(line) !== cells(next);
    });
    expect(lines.filter((line) => line.startsWith('|')).length).toBeGreaterThan(15);
    expect(uneven).toEqual([]);
  });

  it('stays far below what a job summary may hold', () => {
    expect(renderMarkdown(buildReport(zombie())).length).toBeLessThan(10_000);
  });

  it('keeps text from becoming markup', () => {
    expect(escapeMarkdown('<img src=x> [a](b) `c` | d\ne')).toBe('&lt;img src=x&gt; \\[a\\](b) \\`c\\` \\| d e');
  });
});

it('the four files are written, and report.json is the model', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgdrill-report-'));
  try {
    const model = buildReport(passing());
    const files = await renderReport(model, join(folder, 'new'));
    expect(readdirSync(join(folder, 'new')).toSorted()).toEqual(['junit.xml', 'report.html', 'report.json', 'summary.md']);
    expect(reportSchema.parse(JSON.parse(readFileSync(files.json, 'utf8')))).toEqual(model);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
