/** What the desk wrote by mail (docs/rules.md M2): read here by whoever has no key yet, and followed by whoever has. */
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { operatorQuery } from './functions';
import { loadDeskMailFor, loadMailFor } from './model/kit/access';
import { pageOf } from './model/kit/pages';
import {
  deskRow,
  openDeskMail,
  openReply,
  replyRow,
  vOpenedMail,
  vOutboxRow,
} from './model/delivery/mail/outboxViews';

/** Mail of the desk itself, newest first. */
export const deskMails = operatorQuery('outbox.read')({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(v.object({ ...vOutboxRow.fields, mailId: v.id('deskMails') })),
  handler: async (ctx, { teamId, paginationOpts }) => {
    const found = await ctx.db
      .query('deskMails')
      .withIndex('by_teamId_and_at', (q) => q.eq('teamId', teamId))
      .order('desc')
      .paginate(pageOf(paginationOpts));
    return { ...found, page: found.page.map((mail) => ({ ...deskRow(mail), mailId: mail._id })) };
  },
});

/** Replies to customers, newest first. */
export const replies = operatorQuery('outbox.read')({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(v.object({ ...vOutboxRow.fields, mailId: v.id('mails') })),
  handler: async (ctx, { teamId, paginationOpts }) => {
    const found = await ctx.db
      .query('mails')
      .withIndex('by_teamId_and_direction', (q) => q.eq('teamId', teamId).eq('direction', 'out'))
      .order('desc')
      .paginate(pageOf(paginationOpts));
    const page = await Promise.all(
      found.page.map(async (mail) => ({ ...(await replyRow(ctx, mail)), mailId: mail._id })),
    );
    return { ...found, page };
  },
});

/** As its recipient would see it; null: not for this role. */
export const deskMail = operatorQuery('outbox.read')({
  args: { mailId: v.id('deskMails') },
  returns: v.union(vOpenedMail, v.null()),
  handler: async (ctx, { mailId }) =>
    openDeskMail(ctx, await loadDeskMailFor(ctx, ctx.member, mailId), ctx.member.role),
});

/** As its recipient would see it; null: it has not been written yet. */
export const reply = operatorQuery('outbox.read')({
  args: { mailId: v.id('mails') },
  returns: v.union(vOpenedMail, v.null()),
  handler: async (ctx, { mailId }) => openReply(ctx, await loadMailFor(ctx, ctx.member, mailId)),
});
