import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Json = Record<string, unknown>;

/** Puts what a schema objects to where it stands in the file, in words: what was found, what is allowed. */
export function diagnosticsOf(error: z.ZodError, source: YamlSource, schema: z.ZodType, at: Path = []): Diagnostic[] {
  const shape = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as Json;
  return error.issues.flatMap((issue) => diagnose(issue, source, shape, at));
}

function diagnose(issue: z.core.$ZodIssue, source: YamlSource, shape: Json, at: Path): Diagnostic[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const place = [...at, ...path];
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysOf(shapeAt(shape, path));
    return issue.keys.map((key) => {
      const meant = nearest(key, allowed);
      return source.atKey(
        place,
        key,
        `unknown key \`${key}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
        allowed.join(', ') || 'no keys',
      );
    });
  }
  const allowed = describe(shapeAt(shape, path));
  if (!source.has(place)) {
    const name = String(place.at(-1) ?? 'the document');
    return [source.atValue(place, place.length === 0 ? 'the document is empty' : `\`${name}\` is missing`, allowed)];
  }
  // Issues of records and unions nest the ones that say what is wrong.
  if (issue.code === 'invalid_union') return [source.atValue(place, 'fits none of the allowed forms', allowed)];
  if (issue.code === 'invalid_key')
    return [source.atValue(place, `\`${String(place.at(-1))}\` is not an allowed name: ${issue.issues[0]?.message ?? ''}`)];
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') return [source.atValue(place, 'not what is expected here', allowed)];
  return [source.atValue(place, issue.message, issue.code === 'custom' ? undefined : allowed)];
}

/** The part of a JSON Schema that holds for a path. */
function shapeAt(shape: Json, path: Path): Json {
  let here = shape;
  for (const part of path) {
    const forms = [here, ...((here['anyOf'] as Json[] | undefined) ?? [])];
    const next = forms.map((form) =>
      typeof part === 'number' ? form['items'] : ((form['properties'] as Json | undefined)?.[part] ?? form['additionalProperties']),
    );
    const found = next.find((form) => typeof form === 'object' && form !== null);
    if (found === undefined) return {};
    here = found as Json;
  }
  return here;
}

const keysOf = (shape: Json): string[] =>
  [shape, ...((shape['anyOf'] as Json[] | undefined) ?? [])].flatMap((form) => Object.keys((form['properties'] as Json | undefined) ?? {}));

/** A JSON Schema in a few words. */
function describe(shape: Json): string {
  if (Array.isArray(shape['anyOf'])) return (shape['anyOf'] as Json[]).map(describe).join(', or ');
  if (Array.isArray(shape['enum'])) return shape['enum'].map((value) => `\`${String(value)}\``).join(', ');
  if ('const' in shape) return `\`${String(shape['const'])}\``;
  if (Array.isArray(shape['examples'])) return `${String(shape['description'] ?? '')}, such as \`${String(shape['examples'][0])}\``;
  const { type, minimum, maximum } = shape as { type?: string; minimum?: number; maximum?: number };
  if (type === 'integer' || type === 'number') {
    const bounds =
      minimum === undefined || Math.abs(minimum) >= Number.MAX_SAFE_INTEGER
        ? ''
        : ` from ${minimum}${maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`}`;
    return `a${type === 'integer' ? ' whole' : ''} number${bounds}`;
  }
  if (type === 'object') return keysOf(shape).length === 0 ? 'a map' : `a map of ${keysOf(shape).join(', ')}`;
  if (type === 'string' && typeof shape['pattern'] === 'string') return `text like ${shape['pattern']}`;
  if (type === 'array') return `a list of ${describe((shape['items'] as Json | undefined) ?? {})}`;
  if (type === 'boolean') return '`true` or `false`';
  return type === 'string' ? 'text' : 'something else';
}
