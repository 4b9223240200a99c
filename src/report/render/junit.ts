import type { ReportModel } from '../schema.ts';
import { measured, quantity } from '../view/format.ts';

interface Case {
  group: 'verdict' | 'objectives' | 'checks';
  name: string;
  result: 'pass' | 'failure' | 'error' | 'skipped';
  message: string;
  detail: string;
}

/** One test suite a drill: its verdict, objectives and checks as cases. fail → failure; unknown or inconclusive → error; not reached → skipped. */
export function renderJunit(model: ReportModel): string {
  const cases = [verdictCase(model), ...objectiveCases(model), ...checkCases(model)];
  const count = (result: Case['result']): number => cases.filter((one) => one.result === result).length;
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${model.durationSeconds}"`;
  const name = escapeXml(model.scenario.name);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pgdrill" ${totals}>`,
    `  <testsuite name="${name}" ${totals} timestamp="${model.timeZero.wallClock}" id="${escapeXml(model.runId)}">`,
    '    <properties>',
    ...properties(model).map(([key, value]) => `      <property name="${escapeXml(key)}" value="${escapeXml(value)}"/>`),
    '    </properties>',
    ...cases.map((one) => caseXml(one, model.scenario.name)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function verdictCase(model: ReportModel): Case {
  const result = { pass: 'pass', fail: 'failure', inconclusive: 'error', aborted: 'error' } as const;
  const reasons = model.verdictReasons.join('\n');
  return {
    group: 'verdict',
    name: 'verdict',
    result: result[model.verdict],
    message: `${model.verdict}: ${model.verdictReasons[0] ?? ''}`,
    detail: reasons,
  };
}

function objectiveCases(model: ReportModel): Case[] {
  const unmet = model.verdict === 'aborted' ? 'skipped' : 'error';
  return model.objectives
    .map((objective) => ({ ...objective, measured: measured(objective) }))
    .map(({ name, measured: found, limit, unit, met, from, note }) => ({
      group: 'objectives',
      name,
      result: met === null ? unmet : met ? 'pass' : 'failure',
      message: `measured ${found}, limit ${quantity(limit, unit)} (${from})`,
      detail: note,
    }));
}

function checkCases(model: ReportModel): Case[] {
  const unknown = model.verdict === 'aborted' ? 'skipped' : 'error';
  return model.checks.map((check) => ({
    group: 'checks',
    name: check.name,
    result: check.outcome === 'pass' ? 'pass' : check.outcome === 'fail' ? 'failure' : unknown,
    message: check.summary,
    detail: check.offences
      .slice(0, 50)
      .map((offence) => offence.what)
      .join('\n'),
  }));
}

function properties(model: ReportModel): [string, string][] {
  const rto = Object.values(model.rto).filter((one) => !one.route.startsWith('member:'));
  return [
    ['runId', model.runId],
    ['seed', String(model.seed)],
    ['scenarioHash', model.scenarioHash],
    ['expected', model.expected?.verdict ?? ''],
    ...rto.map((one): [string, string] => [`rto.${one.route}.seconds`, one.censored ? `>=${one.lower}` : String(one.seconds ?? '')]),
    ['rpo.transactions', String(model.rpo.transactions ?? '')],
  ];
}

function caseXml(one: Case, scenario: string): string {
  const open = `    <testcase classname="${escapeXml(`${scenario}.${one.group}`)}" name="${escapeXml(one.name)}"`;
  if (one.result === 'pass') return `${open}/>`;
  return `${open}>\n      <${one.result} message="${escapeXml(one.message)}">${escapeXml(one.detail)}</${one.result}>\n    </testcase>`;
}

/** Text for XML 1.0: markup escaped, line breaks kept in attributes, and what XML cannot hold at all shown as its code. */
export function escapeXml(text: string): string {
  return Array.from(text.toWellFormed(), (character) => entities[character] ?? (isXml(character) ? character : codeOf(character))).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function isXml(character: string): boolean {
  return character >= ' ' && character !== '\ufffe' && character !== '\uffff';
}

function codeOf(character: string): string {
  return `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
}
