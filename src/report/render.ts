import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { renderHtml } from './render/html.ts';
import { renderJunit } from './render/junit.ts';
import { renderMarkdown } from './render/markdown.ts';
import type { ReportModel } from './schema.ts';

/** Writes the four reports of a drill into a folder. Answers their absolute paths. */
export async function renderReport(
  model: ReportModel,
  outDir: string,
): Promise<{ html: string; json: string; junit: string; markdown: string }> {
  const at = (name: string): string => resolve(join(outDir, name));
  const files = { html: at('report.html'), json: at('report.json'), junit: at('junit.xml'), markdown: at('summary.md') };
  await mkdir(outDir, { recursive: true });
  await Promise.all([
    writeFile(files.json, `${JSON.stringify(model, null, 2)}\n`),
    writeFile(files.junit, renderJunit(model)),
    writeFile(files.markdown, renderMarkdown(model)),
    writeFile(files.html, await renderHtml(model)),
  ]);
  return files;
}
