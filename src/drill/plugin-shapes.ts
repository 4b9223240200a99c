import { z } from 'zod';
import type { CheckDefinition } from '../contract/check.ts';
import type { FaultDefinition } from '../contract/fault.ts';
import type { TopologyDefinition } from '../contract/topology.ts';

/** Parts of a plugin, so that what a file lacks is said when it is found and not in the middle of a drill. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'a name is made of lower-case letters, digits and hyphens' });
const text = z.string().min(1);
const texts = z.array(text);
const method = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', { error: 'must be a function' });
const params = z.custom<z.ZodObject>((value) => value instanceof z.ZodObject, { error: 'must be a z.strictObject(…)' });

type Shape<T> = z.ZodObject<Record<Extract<keyof T, string>, z.ZodType>>;

export const topologyShape: Shape<TopologyDefinition> = z.object({
  kind: name,
  summary: text,
  params,
  capabilities: texts,
  plan: method,
  promises: method,
  connect: method,
  notSimulated: texts,
});

export const faultShape: Shape<FaultDefinition> = z.object({
  kind: name,
  summary: text,
  params,
  needs: texts,
  target: z.enum(['nodes', 'link', 'none']),
  does: text,
  notSimulated: texts,
  budgetMs: z.object({ confirm: z.number().optional(), confirmHealed: z.number().optional() }).optional(),
  inject: method,
  confirm: method,
  heal: method,
  confirmHealed: method,
  renew: method.optional(),
});

export const checkShape: Shape<CheckDefinition> = z.object({
  name: z.string().regex(/^[A-Z][A-Z0-9]*$/, { error: 'the name of a check is made of capital letters and digits' }),
  summary: text,
  method: text,
  evaluate: method,
});

/** What is wrong with a definition, in words; empty: nothing. */
export function shapeProblems(shape: z.ZodObject, definition: unknown): string[] {
  if (definition === undefined) return ['it has no default export'];
  const parsed = shape.safeParse(definition);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => {
    if (path.length === 0) return 'its default export is no definition';
    const there = typeof definition === 'object' && definition !== null && String(path[0]) in definition;
    return there ? `\`${path.join('.')}\`: ${message}` : `\`${path.join('.')}\` is missing`;
  });
}
