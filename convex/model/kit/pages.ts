/** How much of a list one call may ask for. */
import type { PaginationOptions } from 'convex/server';
import { appError } from './errors';

/** A screen shows fifty at a time and a chat grows by as many; nobody scrolls through more than this. */
const maxNumItems = 1_000;

/** The options as they were given; throws INVALID_INPUT for a number of items that can be none. */
export function pageOf(options: PaginationOptions): PaginationOptions {
  const { numItems } = options;
  if (Number.isInteger(numItems) && numItems >= 1 && numItems <= maxNumItems) return options;
  throw appError('INVALID_INPUT', `A page has 1 to ${maxNumItems} items.`);
}
