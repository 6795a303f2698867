/** Finding tickets and people (docs/rules.md T9, E3). Asked once, not watched: what one person looks for is nobody else's cost. */
import { v } from 'convex/values';
import { operatorQuery } from './functions';
import { appError } from './model/kit/errors';
import { find as findIn, vFound } from './model/search/find';
import { parseSearch } from './shared/search/parseSearch';

const mostThreads = 25;
/** The year 5138: what a date can say. */
const latest = 1e14;

/**
 * Text as it was typed, operators and all; `now` in milliseconds, by the minute; `minutesBehind` UTC is the asker's clock. At
 * most 25 threads, the newest first, a ticket that was named by its number before them. Whatever the text, it is answered.
 */
export const find = operatorQuery('conversation.read')({
  args: { text: v.string(), now: v.number(), minutesBehind: v.number() },
  returns: vFound,
  handler: (ctx, { teamId, text, now, minutesBehind }) => {
    if (!(now >= 0 && now <= latest) || !(Math.abs(minutesBehind) <= 24 * 60)) {
      throw appError('INVALID_INPUT', 'There is no such time.');
    }
    return findIn(ctx, ctx.member, { teamId, query: parseSearch(text), now, minutesBehind }, mostThreads);
  },
});
