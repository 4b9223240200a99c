/** A JSON Schema, or a part of one. */
export type Shape = Record<string, unknown>;

/** The part of a schema that holds for a path in the document; empty where it says nothing. */
export function shapeAt(shape: Shape, path: readonly (string | number)[]): Shape {
  let here = shape;
  for (const part of path) {
    const found = formsOf(here)
      .map((form) => (typeof part === 'number' ? form['items'] : (propertiesOf(form)[part] ?? form['additionalProperties'])))
      .find((form) => typeof form === 'object' && form !== null);
    if (found === undefined) return {};
    here = found as Shape;
  }
  return here;
}

/** Keys that a map may have. */
export const keysOf = (shape: Shape): string[] => formsOf(shape).flatMap((form) => Object.keys(propertiesOf(form)));

/** What is allowed, in a few words. */
export function describe(shape: Shape): string {
  const { title, type, pattern, items } = shape as { title?: string; type?: string; pattern?: string; items?: Shape };
  if (Array.isArray(shape['anyOf'])) return (shape['anyOf'] as Shape[]).map(describe).join(', or ');
  if (Array.isArray(shape['enum'])) return shape['enum'].map((value) => `\`${String(value)}\``).join(', ');
  if ('const' in shape) return `\`${String(shape['const'])}\``;
  if (title !== undefined) return withExample(title, shape['examples']);
  if (type === 'integer' || type === 'number') return `a${type === 'integer' ? ' whole' : ''} number${boundsOf(shape)}`;
  if (type === 'object') return keysOf(shape).length === 0 ? 'a map' : `a map of ${keysOf(shape).join(', ')}`;
  if (type === 'array') return `a ${shape['minItems'] === undefined ? '' : 'non-empty '}list of ${describe(items ?? {})}`;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'string') return pattern === undefined ? 'text' : `text like ${pattern}`;
  return 'something else';
}

const formsOf = (shape: Shape): Shape[] => [shape, ...((shape['anyOf'] as Shape[] | undefined) ?? [])];
const propertiesOf = (shape: Shape): Shape => (shape['properties'] as Shape | undefined) ?? {};

function withExample(title: string, examples: unknown): string {
  return Array.isArray(examples) && examples.length === 1 ? `${title}, such as \`${String(examples[0])}\`` : title;
}

/** Bounds that say something: those of a safe integer go without saying. */
function boundsOf({ minimum, maximum }: Shape): string {
  const said = (bound: unknown): bound is number => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return `${said(minimum) ? ` from ${minimum}` : ''}${said(maximum) ? ` to ${maximum}` : ''}`;
}
