import type { Ended } from './drills.ts';
import { paint, type Colour, type Look } from './output.ts';
import { clip, table, wrap } from './table.ts';
import type { ReportModel } from '../report/model.ts';

/** What the end of a run tells, of all that the report holds. */
export type SummaryModel = Pick<
  ReportModel,
  'verdict' | 'verdictReasons' | 'expected' | 'objectives' | 'rto' | 'rpo' | 'checks' | 'warnings' | 'scenario' | 'seed'
>;

const verdictColour: Record<SummaryModel['verdict'], Colour> = { pass: 'green', fail: 'red', inconclusive: 'yellow', aborted: 'yellow' };

/** The end of a run for a person: verdict, RTO, RPO, what failed, and where the report is. */
export function summaryLines(model: SummaryModel, htmlPath: string, look: Look): string[] {
  const head = `${paint(look, verdictColour[model.verdict], model.verdict.toUpperCase())}: ${model.scenario.title}`;
  return [
    ...wrap(head, look.columns),
    ...indented(model.verdict === 'pass' ? [] : reasons(model), look),
    ...expectation(model, look),
    '',
    ...table([...rtoRows(model), ...rpoRows(model)], look.columns),
    '',
    ...failing(model, look),
    ...table(
      [
        ['checks', tally(model)],
        ['seed', String(model.seed)],
        ['report', htmlPath],
      ],
      look.columns,
    ),
  ];
}

/** The first reasons decide; a drill that went badly wrong has dozens. */
const reasonsShown = 4;

/** Why the verdict is what it is, but for what the rows below tell of objectives and checks by name. */
function reasons({ verdictReasons, objectives, checks }: SummaryModel): string[] {
  const told = [...objectives.map(({ name }) => `Objective ${name} `), ...checks.map(({ name }) => `Check ${name} `)];
  const untold = verdictReasons.filter((reason) => !told.some((start) => reason.startsWith(start)));
  const more = untold.length - reasonsShown;
  return more <= 0 ? untold : [...untold.slice(0, reasonsShown), `${more} more in the report.`];
}

function indented(texts: readonly string[], look: Look): string[] {
  return texts.flatMap((text) => wrap(text, look.columns - 2).map((line) => `  ${line}`));
}

function expectation({ expected }: SummaryModel, look: Look): string[] {
  if (expected === null) return [];
  const word = expected.asExpected ? 'as this scenario expects' : `not what this scenario expects (${expected.verdict})`;
  return indented([`${word}: ${expected.because}`, ...expected.differences], look);
}

function rtoRows(model: SummaryModel): string[][] {
  const routes = Object.values(model.rto).filter((rto) => !rto.route.startsWith('member:'));
  if (routes.length === 0) return [['RTO', '', 'not measured']];
  return routes.map((rto, index) => [index === 0 ? 'RTO' : '', rto.route, outageText(rto)]);
}

/** `19.82 s (between 19.80 and 19.85 s)`; a censored outage has a lower bound only. */
function outageText(rto: ReportModel['rto'][string]): string {
  const refused = rto.flaps > 1 ? `, in ${rto.flaps} outages that refused ${rto.refusedSeconds.toFixed(2)} s` : '';
  if (rto.censored) return `at least ${rto.lower.toFixed(2)} s: it had not ended when the observation did${refused}`;
  if (rto.seconds === null) return 'no outage seen';
  const upper = rto.upper === null ? '' : ` (between ${rto.lower.toFixed(2)} and ${rto.upper.toFixed(2)} s)`;
  return `${rto.seconds.toFixed(2)} s${upper}${refused}`;
}

function rpoRows({ rpo }: SummaryModel): string[][] {
  const rows: string[] = [];
  if (rpo.transactions === null) rows.push('not measured: the final state could not be read');
  else if (rpo.transactions === 0) rows.push(`0 transactions lost of ${rpo.acknowledged} acknowledged`);
  else {
    const seconds = rpo.seconds === null ? '' : `, ${rpo.seconds.toFixed(2)} s of commits`;
    const bytes = rpo.bytes === null ? '' : `, ${rpo.bytes} bytes of WAL`;
    rows.push(`${rpo.transactions} transactions lost of ${rpo.acknowledged} acknowledged${seconds}${bytes}`);
  }
  if (rpo.indeterminate > 0)
    rows.push(`${rpo.indeterminate} of unknown outcome, not counted; ${rpo.indeterminatePresent} of them are there`);
  if (rpo.notDurable > 0) rows.push(`${rpo.notDurable} acknowledged without the synchronous standby`);
  return rows.map((text, index) => [index === 0 ? 'RPO' : '', '', text]);
}

function failing(model: SummaryModel, look: Look): string[] {
  const mark = (bad: boolean) => (bad ? paint(look, 'red', 'failed') : paint(look, 'yellow', 'unknown'));
  const rows = [
    ...model.objectives.filter(({ met }) => met !== true).map((o) => [mark(o.met === false), o.name, objectiveText(o)]),
    ...model.checks.filter(({ outcome }) => outcome !== 'pass').map((c) => [mark(c.outcome === 'fail'), c.name, c.summary]),
    ...model.warnings.filter(({ invalidates }) => invalidates).map((w) => [mark(false), w.code, w.message]),
  ];
  // Two lines each at most: the report has the rest.
  const longest = 2 * (look.columns - 26);
  return rows.length === 0
    ? []
    : [
        ...table(
          rows.map(([word, name, text]) => [word ?? '', name ?? '', clip(text ?? '', longest)]),
          look.columns,
        ),
        '',
      ];
}

function objectiveText({ limit, unit, measured, from, note }: SummaryModel['objectives'][number]): string {
  const figure = measured === null ? 'not measured' : withUnit(measured, unit);
  return `${figure}; asked for ${withUnit(limit, unit)} (${from})${note === '' ? '' : `; ${note}`}`;
}

function withUnit(value: number | string, unit: string): string {
  const text = typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(2) : String(value);
  return unit === '' ? text : `${text} ${unit}`;
}

function tally({ checks, objectives }: SummaryModel): string {
  const passed = checks.filter(({ outcome }) => outcome === 'pass').length;
  const met = objectives.filter((objective) => objective.met === true).length;
  return `${passed} of ${checks.length} passed; objectives: ${met} of ${objectives.length} met`;
}

/** One line for each scenario of a list. */
export function runsTable(ended: readonly Ended[], reports: ReadonlyMap<Ended, SummaryModel>, look: Look): string[] {
  const rows = ended.map((one) => {
    const report = reports.get(one);
    const name = report?.scenario.name ?? one.file;
    if (one.kind !== 'outcome') return [one.kind === 'error' ? paint(look, 'red', 'error') : paint(look, 'dim', 'not run'), name];
    const { verdict } = one.outcome;
    const rw = report?.rto['rw'];
    const lost = report?.rpo.transactions ?? null;
    const figures = [rw === undefined ? '' : `RTO rw ${outageText(rw)}`, lost === null ? '' : `RPO ${lost}`].filter((text) => text !== '');
    return [paint(look, verdictColour[verdict], verdict), name, figures.join('; ')];
  });
  return table(rows, look.columns);
}
