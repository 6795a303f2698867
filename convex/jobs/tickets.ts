/** Scheduled ends of things tickets wait for. Each names what it belongs to and does nothing once that has changed. */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { endSnooze as endSnoozeOf } from '../model/tickets/overlays';
import { renameInRows as renameInRowsOf } from '../model/tickets/ticketRows';
import { autoClose as autoCloseOf, releaseReopened as releaseReopenedOf } from '../model/tickets/tickets';

export const autoClose = internalMutation({
  args: { ticketId: v.id('tickets'), resolveSequence: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, resolveSequence }) => {
    const ticket = await ctx.db.get(ticketId);
    if (ticket !== null) await autoCloseOf(ctx, ticket, resolveSequence);
    return null;
  },
});

export const endSnooze = internalMutation({
  args: { ticketId: v.id('tickets'), until: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, until }) => {
    const ticket = await ctx.db.get(ticketId);
    if (ticket !== null) await endSnoozeOf(ctx, ticket, until);
    return null;
  },
});

export const releaseReopened = internalMutation({
  args: { ticketId: v.id('tickets'), since: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, since }) => {
    const ticket = await ctx.db.get(ticketId);
    if (ticket !== null) await releaseReopenedOf(ctx, ticket, since);
    return null;
  },
});

export const renameInRows = internalMutation({
  args: { teamId: v.id('teams'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { teamId, cursor }) => {
    await renameInRowsOf(ctx, teamId, cursor);
    return null;
  },
});
