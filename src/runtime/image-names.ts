import { imageRoles, type ImageRole } from '../contract/topology.ts';
import { recipeFor } from './image-recipe.ts';

/**
 * The reference of each role's image, without an engine: the user's own where one is named, else the one that is made here.
 * @throws DrillError `bad-usage` for a major of PostgreSQL that there is no image for.
 */
export async function imageNames(postgres: number, overrides: Readonly<Record<string, string>>): Promise<Record<ImageRole, string>> {
  const names = imageRoles.map(async (role) => [role, overrides[role] ?? (await recipeFor(role, postgres)).reference] as const);
  return Object.fromEntries(await Promise.all(names)) as Record<ImageRole, string>;
}
