/** [P4] An article is found by its words as they are cut now: for every version that cut them in another way. */
import type { Doc } from '../_generated/dataModel';
import { searchTextOf } from '../shared/agents/library';

/** Articles of 20,000 characters whose words are cut within what a transaction may take (E4). */
export const fewArticles = 5;

export function cutAgain(_ctx: unknown, { title, body, searchText }: Doc<'articles'>) {
  const cutNow = searchTextOf(title, body);
  return cutNow === searchText ? undefined : { searchText: cutNow };
}
