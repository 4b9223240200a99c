import type Handlebars from 'handlebars';
import * as format from '../view/format.ts';

type Env = typeof Handlebars;

/** Helpers of the templates: wording and small tests, no logic of the drill. */
export function registerHelpers(env: Env): void {
  const { number, seconds, instant, bytes, interval, measured, quantity, plain } = format;
  env.registerHelper({
    number: (value: number | null) => number(value),
    seconds: (value: number | null) => seconds(value),
    instant: (value: number | null) => instant(value),
    bytes: (value: number | null) => bytes(value),
    interval: (rto: Parameters<typeof interval>[0]) => interval(rto),
    measured: (objective: Parameters<typeof measured>[0]) => measured(objective),
    quantity: (value: number | string | null, unit: string) => quantity(value, unit),
    prose: (text: string) => prose(env, text),
    plain: (value: unknown) => plain(value),
    plural: (count: number, one: string) => format.plural(count, one),
    percentage: (value: number) => `${value.toFixed(1)} %`,
    upper: (text: string) => text.toUpperCase(),
    date: (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`,
    join: (texts: readonly string[]) => texts.join(', '),
    eq: (a: unknown, b: unknown) => a === b,
    isNumber: (value: unknown) => typeof value === 'number',
    add: (a: number, b: number) => a + b,
    sub: (a: number, b: number) => a - b,
    size: (record: object) => Object.keys(record).length,
    first: (items: readonly unknown[], count: number) => items.slice(0, count),
    rest: (items: readonly unknown[], from: number) => items.slice(from),
    metWord: (met: boolean | null) => (met === null ? 'unknown' : met ? 'pass' : 'fail'),
    outcomeWord: (outcome: string) => outcome,
  });
}

/** Text of ours or of a plugin in which `backticks` mark code: escaped first, so that nothing else in it is markup. */
function prose(env: Env, text: string): InstanceType<Env['SafeString']> {
  return new env.SafeString(env.escapeExpression(text).replaceAll(/&#x60;([^&]+?)&#x60;/g, '<code>$1</code>'));
}
