import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

/**
 * Compiles a Handlebars template for configuration files: no HTML escaping, and a name that the data lacks is an error,
 * not an empty string in somebody's pg_hba.
 */
export function configTemplate<T extends object>(file: URL): (data: T) => string {
  return Handlebars.compile<T>(readFileSync(file, 'utf8'), { noEscape: true, strict: true });
}
