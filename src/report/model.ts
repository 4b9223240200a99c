/** The report model: its shape, and how it is made from what a drill left behind. */
export { reportJsonSchema, reportSchema } from './schema.ts';
export type { ReportModel } from './schema.ts';
export { buildReport } from './build.ts';
export type { ReportInput } from './build.ts';
