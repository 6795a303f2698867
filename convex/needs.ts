/** What the caller has to see to (shared/needs/needs.ts): one person's own, so who asks is part of it. */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery } from './functions';
import { loadTicketFor } from './model/kit/access';
import { choicesOf, choose as chooseFor } from './model/needs/choices';
import { mentionedIn as mentionedInBy } from './model/needs/mentions';
import { handle, handleAll, listNeeds } from './model/needs/needs';
import { vNotice, vNoticeChoices } from './shared/needs/choices';
import { vNeedKind } from './shared/needs/needs';

/**
 * Newest first, at most a hundred; `more`: there are others. `byMemberId`: whose doing it was, where it was somebody's. `isUrgent`: its
 * ticket was so when it came up.
 */
export const mine = operatorQuery('ticket.read')({
  args: {},
  returns: v.object({
    needs: v.array(
      v.object({
        ticketId: v.id('tickets'),
        number: v.number(),
        kind: vNeedKind,
        at: v.number(),
        byMemberId: v.optional(v.id('members')),
        isUrgent: v.optional(v.literal(true)),
      }),
    ),
    more: v.boolean(),
  }),
  handler: async (ctx) => {
    const { needs, more } = await listNeeds(ctx, ctx.member._id);
    return {
      needs: needs.map(({ ticketId, number, kind, at, byMemberId, isUrgent }) => ({
        ticketId,
        number,
        kind,
        at,
        byMemberId,
        isUrgent,
      })),
      more,
    };
  },
});

/** In which tickets the caller was mentioned, the newest mention first, at most two hundred. */
export const mentionedIn = operatorQuery('ticket.read')({
  args: {},
  returns: v.array(v.number()),
  handler: (ctx) => mentionedInBy(ctx, ctx.member._id),
});

/** One that is handled already is no error: another tab was first. */
export const dismiss = operatorMutation('ticket.read')({
  args: { ticketId: v.id('tickets'), kind: vNeedKind },
  returns: v.null(),
  handler: async (ctx, { ticketId, kind }) => {
    await loadTicketFor(ctx, ctx.member, ticketId);
    await handle(ctx, ticketId, ctx.member._id, kind);
    return null;
  },
});

/** `through`: `at` of the newest that was shown; what came since stays. */
export const dismissAll = operatorMutation('ticket.read')({
  args: { through: v.number() },
  returns: v.null(),
  handler: async (ctx, { through }) => {
    await handleAll(ctx, ctx.member._id, through);
    return null;
  },
});

/** How they want to be told: only what they have chosen themselves (shared/needs/choices.ts has what else holds). */
export const choices = operatorQuery('ticket.read')({
  args: {},
  returns: vNoticeChoices,
  handler: (ctx) => choicesOf(ctx, ctx.member._id),
});

/** `mailAfterMin`: whole minutes, 1 to 1440, or null. */
export const choose = operatorMutation('members.setOwnStatus')({
  args: { kind: vNeedKind, notice: vNotice },
  returns: v.null(),
  handler: async (ctx, { kind, notice }) => {
    await chooseFor(ctx, ctx.member, kind, notice);
    return null;
  },
});
