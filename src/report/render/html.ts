import { readdir, readFile } from 'node:fs/promises';
import Handlebars from 'handlebars';
import type { ReportModel } from '../schema.ts';
import { pageView } from '../view/page.ts';
import { registerHelpers } from './helpers.ts';

const templates = new URL('../../../reports/', import.meta.url);
/** Modules, each after those that it imports. */
const scripts = ['view.js', 'readout.js', 'pointer.js', 'main.js'];

/** The report as one HTML page that needs nothing but itself. Everything from the model is escaped. */
export async function renderHtml(model: ReportModel): Promise<string> {
  const env = Handlebars.create();
  registerHelpers(env);
  const assets = await readAll('assets/');
  // Our own files and JSON escaped for its place are all that is not escaped by the templates.
  env.registerHelper({
    asset: (name: string) => new env.SafeString(assets.get(name) ?? ''),
    script: () => new env.SafeString(inlined(scripts.map((name) => assets.get(name) ?? ''))),
    json: (value: unknown) => new env.SafeString(jsonForHtml(value)),
  });
  for (const [name, text] of await readAll('partials/')) env.registerPartial(name.replace(/\.hbs$/, ''), text);
  const page = env.compile(await readFile(new URL('report.hbs', templates), 'utf8'), { strict: true });
  return page(pageView(model), { allowProtoPropertiesByDefault: false });
}

/** Modules of ours as one script: put one after another in one scope, they need neither import nor export. */
function inlined(modules: readonly string[]): string {
  const bodies = modules.map((text) => text.replaceAll(/^import .*\n/gm, '').replaceAll(/^export /gm, ''));
  return `(() => {\n'use strict';\n${bodies.join('\n')}})();\n`;
}

/** JSON that may stand inside <script>: no `<` can end the element or open a comment, no line separator can end a line. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}

async function readAll(folder: string): Promise<Map<string, string>> {
  const names = await readdir(new URL(folder, templates));
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(new URL(folder + name, templates), 'utf8')] as const));
  return new Map(texts);
}
