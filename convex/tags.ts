/** Tags as the team keeps them: names and colours (docs/rules.md T7). Which there are, and on how many tickets: `tickets.tags`. */
import { isLonger } from './shared/kit/text';
import { v } from 'convex/values';
import type { Id } from './_generated/dataModel';
import type { QueryCtx } from './_generated/server';
import { operatorMutation, sharedQuery } from './functions';
import { audit } from './model/kit/audit';
import { appError } from './model/kit/errors';
import { beginChange, listChanges } from './model/tickets/tagChanges';
import { colourOf, forgetColour, listColours, setColour as setColourOf } from './model/tickets/tagColours';
import { countTagged } from './model/tickets/ticketPlaces';
import { cleanTag } from './model/tickets/overlays';
import { vTagColour } from './shared/tickets/tags';
import { maxTagLength } from './shared/tickets/tickets';

/** Those that have one, by name. */
export const colours = sharedQuery('ticket.read')({
  args: {},
  returns: v.array(v.object({ tag: v.string(), colour: vTagColour })),
  handler: async (ctx, { teamId }) =>
    (await listColours(ctx, teamId)).map(({ tag, colour }) => ({ tag, colour })),
});

/** The last names that were changed, `to` null: deleted. At most 120. */
export const changes = sharedQuery('ticket.read')({
  args: {},
  returns: v.array(v.object({ from: v.string(), to: v.union(v.string(), v.null()), isDone: v.boolean() })),
  handler: (ctx, { teamId }) => listChanges(ctx, teamId),
});

/** One of before may be longer than any may be today. */
async function checkThere(ctx: QueryCtx, teamId: Id<'teams'>, tag: string): Promise<void> {
  if (!isLonger(tag, maxTagLength) || (await countTagged(ctx, teamId, tag)) === 0) cleanTag(tag);
}

/**
 * Everywhere: on tickets, in rules and saved views; carried out in parts. Where there is a tag `to`, the two become one if `merge`
 * is set, else TAG_EXISTS.
 */
export const rename = operatorMutation('tags.manage')({
  args: { from: v.string(), to: v.string(), merge: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { teamId, from, merge = false, ...args }) => {
    await checkThere(ctx, teamId, from);
    const to = cleanTag(args.to);
    if (to === from) return null;
    const isThere = (await countTagged(ctx, teamId, to)) > 0 || (await colourOf(ctx, teamId, to)) !== null;
    if (isThere && !merge) throw appError('TAG_EXISTS', `There is a tag ${to} already.`, { tag: to });
    const subject = await beginChange(ctx, ctx.member, { from, to });
    const action = isThere ? 'tag.merged' : 'tag.renamed';
    await audit(ctx, { teamId, actor: ctx.member, action, subject, detail: `${from} → ${to}` });
    return null;
  },
});

/** From all tickets and rules; carried out in parts. */
export const remove = operatorMutation('tags.manage')({
  args: { tag: v.string() },
  returns: v.null(),
  handler: async (ctx, { teamId, tag }) => {
    await checkThere(ctx, teamId, tag);
    const subject = await beginChange(ctx, ctx.member, { from: tag });
    await audit(ctx, { teamId, actor: ctx.member, action: 'tag.removed', subject, detail: tag });
    return null;
  },
});

/** Null: none. */
export const setColour = operatorMutation('tags.manage')({
  args: { tag: v.string(), colour: v.union(vTagColour, v.null()) },
  returns: v.null(),
  handler: async (ctx, { teamId, colour, ...args }) => {
    const tag = cleanTag(args.tag);
    if (colour === null) await forgetColour(ctx, teamId, tag);
    else await setColourOf(ctx, teamId, tag, colour);
    const detail = `${tag}: ${colour ?? 'none'}`;
    await audit(ctx, { teamId, actor: ctx.member, action: 'tag.coloured', subject: tag, detail });
    return null;
  },
});
