/** Lists as the API hands them out: newest first, 20 unless asked for 1 to 100, with cursors in both directions. */
import { refuse } from '../refusals.ts';

export function page<Item extends { id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
): { items: Item[]; hasMore: boolean } {
  const limit = readLimit(query.get('limit'));
  const after = query.get('after');
  const before = query.get('before');
  if (after !== null && before !== null) refuse('bothCursors');
  if (before !== null) {
    const end = items.findIndex(({ id }) => id === before);
    const ahead = items.slice(0, end === -1 ? 0 : end);
    return { items: ahead.slice(-limit), hasMore: ahead.length > limit };
  }
  const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  const rest = after !== null && start === 0 ? [] : items.slice(start);
  return { items: rest.slice(0, limit), hasMore: rest.length > limit };
}

function readLimit(text: string | null): number {
  if (text === null) return 20;
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 && limit <= 100 ? limit : refuse('wrongLimit');
}

export const list = (data: unknown[], hasMore: boolean) => ({ object: 'list', has_more: hasMore, data });
