import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { describe, keysOf, shapeAt, type Shape } from './allowed.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Path } from './yaml-nodes.ts';
import type { YamlSource } from './yaml-source.ts';

/** Where the schema's words for a document's parts come from, and what stands there. */
interface Context {
  source: YamlSource;
  shape: Shape;
  /** Where in the document the schema begins. */
  at: Path;
}

/** Puts what a schema objects to where it stands in the file, in words: what was found, what is allowed. */
export function diagnosticsOf(error: z.ZodError, source: YamlSource, schema: z.ZodType, at: Path = []): Diagnostic[] {
  const shape = shapeOf(schema);
  const all = error.issues.flatMap((issue) => diagnose(issue, { source, shape, at }));
  // Of several objections to one value the first says enough.
  return all.filter((one, index) => all.findIndex((other) => String(other.path) === String(one.path)) === index);
}

const shapes = new WeakMap<z.ZodType, Shape>();

function shapeOf(schema: z.ZodType): Shape {
  const known = shapes.get(schema) ?? (z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as Shape);
  shapes.set(schema, known);
  return known;
}

function diagnose(issue: z.core.$ZodIssue, context: Context): Diagnostic[] {
  const { source, shape, at } = context;
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const place = [...at, ...path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(source, place, key, keysOf(shapeAt(shape, path))));
  const allowed = describe(shapeAt(shape, path));
  if (!source.has(place)) {
    if (place.length === 0) return [source.atValue(place, 'the document is empty', allowed)];
    return [source.atValue(place, `\`${String(place.at(-1))}\` is missing`, allowed)];
  }
  if (issue.code === 'invalid_union') {
    const meant = meantForm(issue.errors);
    if (meant !== null) return meant.flatMap((one) => diagnose({ ...one, path: [...path, ...one.path] }, context));
    return [source.atValue(place, 'fits none of the allowed forms', allowed)];
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    return [source.atKey(place.slice(0, -1), key, `\`${key}\` is not an allowed name`, issue.issues[0]?.message)];
  }
  return [source.atValue(place, wording(issue), issue.code === 'custom' ? undefined : allowed)];
}

function unknownKey(source: YamlSource, place: Path, key: string, allowed: string[]): Diagnostic {
  const meant = nearest(key, allowed);
  const message = `unknown key \`${key}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`;
  return source.atKey(place, key, message, allowed.join(', ') || 'no keys');
}

/** Of a union's forms the one that was meant: what was found is of its type, and of no other's. */
function meantForm(forms: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | null {
  const fitting = forms.filter((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** A schema's own words, where it has some; zod's stock phrases are for programmers. */
function wording(issue: z.core.$ZodIssue): string {
  const stock = /^(Invalid|Too (big|small)|Unrecognized)/;
  if (!stock.test(issue.message)) return issue.message;
  if (issue.code === 'too_small') return issue.origin === 'number' ? 'too small' : 'too short';
  if (issue.code === 'too_big') return issue.origin === 'number' || issue.origin === 'int' ? 'too large' : 'too long';
  return 'not what is expected here';
}
