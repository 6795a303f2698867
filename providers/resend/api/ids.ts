/** Ids in paths. */
import { isUuid } from '../ids.ts';
import { refuse } from '../refusals.ts';

export function idOf(text: string | undefined): string {
  return text !== undefined && isUuid(text) ? text.toLowerCase() : refuse('wrongId');
}
