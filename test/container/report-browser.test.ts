import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/model.ts';
import { escapeXml, renderJunit } from '../../src/report/render/junit.ts';
import { renderReport } from '../../src/report/render.ts';
import { outlineOf } from '../support/pdf-outline.ts';
import { boxOf, type Opened, openPage, panOf, shownPercent, track } from '../support/report-page.ts';
import { inputs } from '../unit/report/inputs.ts';

const executablePath = process.env['PGDRILL_CHROMIUM'] ?? '/usr/bin/chromium';
const names = Object.keys(inputs) as (keyof typeof inputs)[];
/** Run in the page; a script of its own, as it speaks of the DOM. */
const faintTexts = readFileSync(new URL('../support/faint-texts.js', import.meta.url), 'utf8');
const wide = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 360, height: 780 }, hasTouch: true };

let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgdrill-browser-'));
  for (const name of names) await renderReport(buildReport(inputs[name]()), join(folder, name));
  // As root, as in most containers, Chromium has no sandbox of its own.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const open = (name: keyof typeof inputs, options: BrowserContextOptions = wide): Promise<Opened> =>
  openPage(browser, join(folder, name, 'report.html'), options);

describe.each(names)('the report of %s', (name) => {
  it('opens on a phone without complaint, and has nothing to scroll sideways', async () => {
    await using opened = await open(name, phone);
    await opened.page.locator('[data-zoom=in]').click();
    await opened.page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
    expect(await opened.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    expect(opened.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('can be read in %s: every text has a contrast of at least 4.5', async (colorScheme) => {
    await using opened = await open(name, { ...wide, colorScheme });
    expect(await opened.page.evaluate<string[]>(faintTexts)).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});

describe('zoom', () => {
  it('goes in, out, and back to the outage by buttons', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const first = await panOf(page);
    const shown = await shownPercent(page);
    await page.locator('[data-zoom=in]').click();
    expect(await shownPercent(page)).toBeCloseTo(shown / 2, 3);
    await page.locator('[data-zoom=all]').click();
    expect(await shownPercent(page)).toBeCloseTo(100, 3);
    await page.locator('[data-zoom=focus]').click();
    expect(await panOf(page)).toBe(first);
  });

  it('goes into what is dragged over, and lanes and charts follow', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const lane = track(page, 'pg2:');
    await lane.scrollIntoViewIfNeeded();
    const box = await boxOf(lane);
    const shown = await shownPercent(page);
    await page.mouse.move(box.x + box.width * 0.7, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 8, { steps: 4 });
    await page.mouse.up();
    expect(await shownPercent(page)).toBeCloseTo(shown * 0.1, 1);
    const pans = await page.locator('.pan').evaluateAll((all) => all.map((pan) => pan.getAttribute('width')));
    expect(new Set(pans).size).toBe(1);
    expect(pans.length).toBeGreaterThan(20);
  });

  it('goes by the wheel about the cursor, but leaves a plain wheel to the page', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const lane = track(page, 'pg2:');
    await lane.scrollIntoViewIfNeeded();
    const box = await boxOf(lane);
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    const before = await shownPercent(page);
    const scrolled = page.evaluate<boolean>("new Promise((resolve) => addEventListener('scroll', () => resolve(true), { once: true }))");
    await page.mouse.wheel(0, -300);
    expect(await scrolled).toBe(true);
    expect(await shownPercent(page)).toBe(before);
    await lane.scrollIntoViewIfNeeded();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(() => shownPercent(page)).toBeLessThan(before);
  });

  it('goes by a plain wheel once the lanes were clicked', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const before = await shownPercent(page);
    await track(page, 'pg2:').click();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => shownPercent(page)).toBeLessThan(before);
  });

  it('goes by keys, with a cursor that tells', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const before = await shownPercent(page);
    await page.locator('#lanes').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#readout').textContent()).toContain('container-kill on pg1');
    await page.keyboard.press('+');
    expect(await shownPercent(page)).toBeLessThan(before);
    await page.keyboard.press('0');
    expect(await shownPercent(page)).toBe(before);
  });

  it('never leaves the run', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    for (let turn = 0; turn < 12; turn += 1) await page.locator('[data-zoom=right]').click();
    const frame = page.locator('.whole-window');
    const x = Number.parseFloat((await frame.getAttribute('x')) ?? '');
    expect(x + (await shownPercent(page))).toBeCloseTo(100, 3);
  });
});

describe('hover', () => {
  it('tells role, timeline and agent of a member, and draws a line through all lanes', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    const lane = track(page, 'pg2:');
    await lane.scrollIntoViewIfNeeded();
    const box = await boxOf(lane);
    await page.mouse.move(box.x + box.width - 3, box.y + 8);
    const readout = page.locator('#readout');
    await expect.poll(() => readout.isVisible()).toBe(true);
    expect(await readout.textContent()).toContain('pg2: primary by SQL, timeline 2; its agent says primary');
    expect(await page.locator('#lanes .cursor').isVisible()).toBe(true);
  });

  it('tells the slots of a series and how they ended', async () => {
    await using opened = await open('passing');
    const { page } = opened;
    await track(page, 'Series rw-new').hover();
    expect(await page.locator('#readout').textContent()).toMatch(
      /rw-new refused: 396 slots \(ECONNREFUSED × 395, ECONNRESET × 1\)|rw-new refused: 396 slots/,
    );
  });

  it('tells of a chart', async () => {
    await using opened = await open('passing');
    await track(opened.page, 'Throughput of ledger').hover();
    expect(await opened.page.locator('#readout').textContent()).toMatch(/ledger: [\d.]+ acknowledged, [\d.]+ refused per second/);
  });

  it('comes by a tap on a phone', async () => {
    await using opened = await open('passing', phone);
    const { page } = opened;
    await track(page, 'pg3:').tap();
    await expect.poll(() => page.locator('#readout').isVisible()).toBe(true);
    const box = await boxOf(page.locator('#readout'));
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(360);
  });
});

describe('without JavaScript', () => {
  it.each([
    ['wide', wide],
    ['phone', phone],
  ])('the lanes are there, on the outage, with their labels: %s', async (_, options) => {
    await using opened = await open('passing', { ...options, javaScriptEnabled: false });
    const { page } = opened;
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    const lane = await boxOf(track(page, 'pg2:'));
    const primary = await boxOf(track(page, 'pg2:').locator('rect.s-primary'));
    expect(primary.x).toBeGreaterThan(lane.x + lane.width * 0.5);
    expect(primary.x).toBeLessThan(lane.x + lane.width);
    expect(await track(page, 'Leader key').locator('text').first().isVisible()).toBe(true);
    expect(opened.complaints).toEqual([]);
  });
});

describe('on paper', () => {
  it.each(names)('every heading of %s is in the PDF', async (name) => {
    await using opened = await open(name);
    await opened.page.locator('.visually-hidden').evaluateAll((all) => all.forEach((hidden) => hidden.remove()));
    const onPage = await opened.page
      .locator('h1, h2')
      .evaluateAll((all) => all.map((heading) => heading.textContent?.trim().replaceAll(/\s+/g, ' ')));
    expect(onPage.length).toBeGreaterThan(11);
    const pdf = await opened.page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
    const outline = outlineOf(pdf);
    for (const heading of onPage) expect(outline).toContain(heading);
  });

  it('nothing is folded, cut or in the way', async () => {
    await using opened = await open('zombie', { viewport: { width: 695, height: 1000 } });
    const { page } = opened;
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByText('ledger #252 was acknowledged').isVisible()).toBe(true);
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    // paper is white in dark mode too
    expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const folded = await page
      .locator('details')
      .evaluateAll(
        (all) =>
          all.filter((one) => one.getBoundingClientRect().height <= (one.querySelector('summary')?.getBoundingClientRect().height ?? 0))
            .length,
      );
    expect(folded).toBe(0);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(695);
  });
});

it('junit.xml is XML, whatever the texts', async () => {
  await using opened = await open('passing');
  const nasty = 'a & b <c> "d" \'e\' ]]> \u0000\u0008\u001f \ud800 \n end';
  const input = inputs.zombie();
  const xmls = names.map((name) => readFileSync(join(folder, name, 'junit.xml'), 'utf8'));
  xmls.push(
    renderJunit(buildReport({ ...input, verdict: { verdict: 'fail', reasons: [nasty] } })),
    `<a b="${escapeXml(nasty)}">${escapeXml(nasty)}</a>`,
  );
  const parse = `new DOMParser().parseFromString(xml, 'application/xml').querySelector('parsererror')?.textContent ?? null`;
  const errors = await opened.page.evaluate<(string | null)[]>(`${JSON.stringify(xmls)}.map((xml) => ${parse})`);
  expect(errors).toEqual(xmls.map(() => null));
});
