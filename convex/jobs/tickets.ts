/** Scheduled ends of things tickets wait for. Each names what it belongs to and does nothing once that has changed. */
import { v } from 'convex/values';
import { deadlineMutation } from '../functions';
import { openCaseWith } from '../model/conversation/case';
import { endSnooze as endSnoozeOf } from '../model/tickets/overlays';
import { autoClose as autoCloseOf, releaseReopened as releaseReopenedOf } from '../model/tickets/tickets';

export const autoClose = deadlineMutation({
  args: { ticketId: v.id('tickets'), resolveSequence: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, resolveSequence }) => {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    await autoCloseOf(ctx, opened, ticket, resolveSequence);
    return null;
  },
});

export const endSnooze = deadlineMutation({
  args: { ticketId: v.id('tickets'), until: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, until }) => {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    await endSnoozeOf(ctx, opened, ticket, until);
    return null;
  },
});

export const releaseReopened = deadlineMutation({
  args: { ticketId: v.id('tickets'), since: v.number() },
  returns: v.null(),
  handler: async (ctx, { ticketId, since }) => {
    const { opened, ticket } = await openCaseWith(ctx, (await ctx.db.get(ticketId))!);
    await releaseReopenedOf(ctx, opened, ticket, since);
    return null;
  },
});
