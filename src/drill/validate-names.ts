import { nearest } from '../base/nearest.ts';

/** A name that nothing goes by, and the one that was perhaps meant. */
export function unknownName(what: string, name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return `there is no ${what} \`${name}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`;
}

export const sorted = (names: Iterable<string>): string => [...names].toSorted().join(', ');
