import type { ReportModel } from '../schema.ts';
import { bytes, interval, measured, number, plural, quantity, seconds } from '../view/format.ts';

const marks = { pass: '✅', fail: '❌', inconclusive: '❔', aborted: '⏹️', unknown: '❔' } as const;

/** The report for a CI job's summary: verdict, objectives, RTO, RPO, checks, and where the rest is. */
export function renderMarkdown(model: ReportModel): string {
  const sections = [head(model), objectives(model), figures(model), checks(model), warnings(model), foot(model)];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function head(model: ReportModel): string {
  const lines = [`## ${marks[model.verdict]} ${model.verdict.toUpperCase()}: ${escapeMarkdown(model.scenario.title)}`, ''];
  lines.push(...model.verdictReasons.map((reason) => `- ${escapeMarkdown(reason)}`));
  const { expected } = model;
  if (expected !== null) {
    const word = expected.asExpected ? 'As expected' : 'Not as expected';
    lines.push('', `**${word}** (${expected.verdict}): ${escapeMarkdown([expected.because, ...expected.differences].join(' '))}`);
  }
  return lines.join('\n').trimEnd();
}

function objectives(model: ReportModel): string {
  if (model.objectives.length === 0) return '';
  const met = (value: boolean | null): string =>
    value === null ? `${marks.unknown} not measured` : value ? `${marks.pass} met` : `${marks.fail} missed`;
  return table(
    ['objective', 'measured', 'limit', '', 'from'],
    model.objectives.map((one) => [one.name, measured(one), quantity(one.limit, one.unit), met(one.met), one.from]),
  );
}

function figures(model: ReportModel): string {
  const { rpo } = model;
  const routes = Object.values(model.rto).filter((rto) => !rto.route.startsWith('member:'));
  const outage = (rto: (typeof routes)[number]): string =>
    rto.censored ? `≥ ${seconds(rto.lower)}` : rto.seconds === null ? 'no outage' : seconds(rto.seconds);
  const loss = rpo.transactions === null ? 'not known' : plural(rpo.transactions, 'write');
  return table(
    ['figure', 'value', 'more'],
    [
      ...routes.map((rto) => [
        `RTO ${rto.route}`,
        outage(rto),
        rto.seconds === null && !rto.censored ? '' : `${interval(rto)}, by ${rto.series}; ${plural(rto.flaps, 'outage')}`,
      ]),
      [
        'RPO',
        loss,
        `${seconds(rpo.seconds)}, ${bytes(rpo.bytes)}; of ${number(rpo.acknowledged)} acknowledged; ${number(rpo.indeterminate)} of unknown outcome`,
      ],
      ['Redundancy whole', seconds(model.recovery.redundancyWholeSeconds), ''],
    ],
  );
}

function checks(model: ReportModel): string {
  if (model.checks.length === 0) return '';
  const offences = (count: number): string => (count === 0 ? '' : ` (${plural(count, 'offence')})`);
  return table(
    ['check', '', 'answer'],
    model.checks.map((check) => [check.name, `${marks[check.outcome]} ${check.outcome}`, check.summary + offences(check.offenceCount)]),
  );
}

function warnings(model: ReportModel): string {
  return model.warnings.map((warning) => `- ⚠️ ${escapeMarkdown(warning.message)}`).join('\n');
}

function foot(model: ReportModel): string {
  return `Run \`${model.runId}\`, seed ${model.seed}, scenario ${model.scenarioHash.slice(0, 12)}. Full report: [report.html](report.html), [report.json](report.json).`;
}

function table(headings: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(headings), `|${' --- |'.repeat(headings.length)}`, ...rows.map(line)].join('\n');
}

/** Text that stays text in Markdown, also inside a table cell. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]|#~]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\s*[\r\n]+\s*/g, ' ');
}
