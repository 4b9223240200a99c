import { readFile } from 'node:fs/promises';
import { reportSchema, type ReportModel } from '../report/model.ts';

/** Reads a `report.json`. Null: it is not there, or is not of this version's shape. */
export async function readReportFile(path: string): Promise<ReportModel | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = reportSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
