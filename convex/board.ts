/**
 * The live board (docs/rules.md B1, E5): a small shared result for each block, which costs what has changed, however many
 * watch. What waits and what is unassigned in all is counted by `tickets.counts`, and listed by `tickets.list`, as for the inbox.
 * Figures about people, so all of it is opened by the manager's key.
 */
import { v } from 'convex/values';
import { sharedQuery } from './functions';
import { loadMemberFor } from './model/kit/access';
import { loadOf } from './model/routing/load';
import { statusOf } from './model/people/statuses';
import { listHelp } from './model/tickets/helpFlags';
import { listTakeovers, team, vHolder, vTakeoverPosition } from './model/tickets/liveTakeovers';
import {
  countAssigned,
  countByPriority,
  countHeld,
  countIn,
  longestWait,
} from './model/tickets/ticketPlaces';
import { vDowngrade, vMemberStatus } from './shared/people/people';
import { vPriority } from './shared/tickets/tickets';

/** Active and awake tickets that nobody has, of each priority. */
export const unassigned = sharedQuery('board.read')({
  args: {},
  returns: v.object({ low: v.number(), normal: v.number(), high: v.number(), urgent: v.number() }),
  handler: (ctx, { teamId }) => countByPriority(ctx, teamId),
});

/** The ticket whose customer waits longest for a person, and since when; null: nobody waits. */
export const longest = sharedQuery('board.read')({
  args: {},
  returns: v.union(v.object({ number: v.number(), since: v.number(), priority: vPriority }), v.null()),
  handler: async (ctx, { teamId }) => {
    const first = await longestWait(ctx, teamId);
    return first && { number: first.number, since: first.sortAt, priority: first.priority };
  },
});

/** Live takeovers, in all and those that the team holds without anybody in particular. */
export const held = sharedQuery('board.read')({
  args: {},
  returns: v.object({ all: v.number(), byTeam: v.number() }),
  handler: async (ctx, { teamId }) => ({
    all: (await countIn(ctx, teamId, 'held')).count,
    byTeam: await countHeld(ctx, teamId, team),
  }),
});

/** What one operator carries now. `since`: when their status last changed, ms. */
export const operator = sharedQuery('board.read')({
  args: { memberId: v.id('members') },
  returns: v.object({
    load: v.number(),
    tickets: v.number(),
    held: v.number(),
    declared: vMemberStatus,
    effective: vMemberStatus,
    downgrade: v.optional(vDowngrade),
    since: v.number(),
  }),
  handler: async (ctx, { teamId, memberId }) => {
    const member = await loadMemberFor(ctx, { teamId }, memberId);
    const { declared, effective, downgrade, since } = await statusOf(ctx, memberId);
    return {
      load: await loadOf(ctx, member),
      tickets: await countAssigned(ctx, teamId, memberId),
      held: await countHeld(ctx, teamId, memberId),
      declared,
      effective,
      downgrade,
      since,
    };
  },
});

/** Numbers of live takeovers, all or those of one holder, page by page: `after` is `next` of the page before. */
export const takeovers = sharedQuery('board.read')({
  args: { holder: v.optional(vHolder), after: v.optional(vTakeoverPosition) },
  returns: v.object({ numbers: v.array(v.number()), next: v.union(vTakeoverPosition, v.null()) }),
  handler: async (ctx, { teamId, holder, after }) => {
    if (holder !== undefined && holder !== team) await loadMemberFor(ctx, { teamId }, holder);
    return listTakeovers(ctx, { teamId, holder }, after);
  },
});

/** [B6] Numbers of the tickets into which somebody is asked, who asked first first; at most two hundred. */
export const help = sharedQuery('board.read')({
  args: {},
  returns: v.array(v.number()),
  handler: (ctx, { teamId }) => listHelp(ctx, teamId),
});

/** Says nothing: that it is answered is the news. `beat`: so many times three seconds since 1970, by the caller's clock. */
export const heard = sharedQuery('board.read')({
  args: { beat: v.number() },
  returns: v.null(),
  handler: () => null,
});
