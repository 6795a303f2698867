/** What the scheduler calls for a provider's account: probes, and the call for what waited (docs/rules.md M2, M7). */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { deadlineMutation, internalMutation } from '../functions';
import { getAccount } from '../model/delivery/account';
import { callForWaiting, claimLongestWaiting, resumeChannel, waitsTooLong } from '../model/delivery/drain';
import { sweepLostEvents } from '../model/delivery/inboundEvents';
import { listChannelsOn } from '../model/kit/channels';
import { closedDesk } from '../model/kit/closed';
import * as deskMails from '../model/delivery/mail/deskMails';

/** One send of what waits longest, to see whether the provider takes it again. */
export const probe = deadlineMutation({
  args: { account: v.string() },
  returns: v.null(),
  handler: async (ctx, { account }) => {
    const known = await getAccount(ctx, account);
    if (closedDesk() !== null || known?.retryAt === undefined || known.retryAt > Date.now()) return null;
    const open = (await listChannelsOn(ctx, account)).filter(({ active }) => active);
    const channelIds = open.map(({ _id }) => _id);
    if (await claimLongestWaiting(ctx, channelIds)) return null;
    for (const channelId of channelIds) if (await deskMails.claimOldestWaiting(ctx, channelId)) break;
    return null;
  },
});

/** The account takes sends again: whatever waits is called for, each at its slot, and what could not be fetched is fetched. */
export const resume = deadlineMutation({
  args: { account: v.string() },
  returns: v.null(),
  handler: async (ctx, { account }) => {
    for (const { _id: channelId } of await listChannelsOn(ctx, account)) {
      await resumeChannel(ctx, channelId);
      await ctx.scheduler.runAfter(0, internal.delivery.receive.retryFailedOn, { channelId, cursor: null });
    }
    return null;
  },
});

export const callForWaitingOn = internalMutation({
  args: { channelId: v.id('channels'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { channelId, cursor }) => {
    const next = await callForWaiting(ctx, channelId, cursor);
    if (next === null) return null;
    await ctx.scheduler.runAfter(0, internal.jobs.delivery.callForWaitingOn, { channelId, cursor: next });
    return null;
  },
});

export const callForDeskMailsOn = internalMutation({
  args: { channelId: v.id('channels'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { channelId, cursor }) => {
    const next = await deskMails.callForDeskMails(ctx, channelId, cursor);
    if (next === null) return null;
    await ctx.scheduler.runAfter(0, internal.jobs.delivery.callForDeskMailsOn, { channelId, cursor: next });
    return null;
  },
});

export const claimDeskMail = internalMutation({
  args: { mailId: v.id('deskMails'), slotAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { mailId, slotAt }) => {
    const mail = await ctx.db.get(mailId);
    if (mail !== null && closedDesk() === null) await deskMails.claimDeskMail(ctx, mail, slotAt);
    return null;
  },
});

export const expireDeskMail = deadlineMutation({
  args: { mailId: v.id('deskMails'), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, { mailId, attempt }) => {
    const mail = await ctx.db.get(mailId);
    if (mail !== null) await deskMails.expireDeskMail(ctx, mail, attempt);
    return null;
  },
});

export const askDeskMail = internalMutation({
  args: {
    mailId: v.id('deskMails'),
    attempt: v.number(),
    asked: v.number(),
    slotAt: v.optional(v.number()),
  },
  returns: v.null(),
  handler: async (ctx, { mailId, ...question }) => {
    const mail = await ctx.db.get(mailId);
    if (mail !== null) await deskMails.askDeskMail(ctx, mail, question);
    return null;
  },
});

const batch = 100;

/** The safety net of what came in: finds nothing when all is well. Returns how many jobs had died. */
export const sweepEvents = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => (closedDesk() === null ? sweepLostEvents(ctx, batch) : 0),
});

/** A send that waits this long, while its account takes sends, has lost its job. */
const lostAfterMs = 60_000;

/** The safety net: finds nothing when all is well. Returns on how many channels something had been forgotten. */
export const sweep = deadlineMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    if (closedDesk() !== null) return 0;
    let found = 0;
    const active = await ctx.db
      .query('channels')
      .withIndex('by_active', (q) => q.eq('active', true))
      .take(1_000);
    for (const { _id: channelId, account } of active.filter(({ kind }) => kind !== 'web' && kind !== 'api')) {
      const known = account === undefined ? null : await getAccount(ctx, account);
      if (known?.retryAt !== undefined && known.retryAt > Date.now()) continue;
      if (!(await waitsTooLong(ctx, channelId, Date.now() - lostAfterMs))) continue;
      found++;
      await resumeChannel(ctx, channelId);
    }
    return found;
  },
});
