import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** A report open in a browser. */
export interface Opened extends AsyncDisposable {
  page: Page;
  /** Whatever the page complained of, and whatever it asked for beside itself. */
  complaints: string[];
}

export async function openPage(browser: Browser, file: string, options: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on(
    'request',
    (request) => request.url() !== url && !request.url().startsWith('data:') && complaints.push(`request: ${request.url()}`),
  );
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

export const track = (page: Page, aria: string) => page.locator(`svg.track[aria-label^="${aria}"]`);
export async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error(`not on the page: ${String(locator)}`);
  return box;
}
/** Where the tracks lie under their window: it changes when, and only when, the view does. */
export const panOf = (page: Page): Promise<string> =>
  page
    .locator('#lanes .pan')
    .first()
    .evaluate((pan) => `${pan.getAttribute('x')} ${pan.getAttribute('width')}`);
export const shownPercent = async (page: Page): Promise<number> =>
  Number.parseFloat((await page.locator('.whole-window').getAttribute('width')) ?? '');
