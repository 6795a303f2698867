/**
 * What delivery workers call: the claim, and the scheduled ends of leases and waits (docs/rules.md M2). A closed desk gives
 * nothing to a worker: its rows are sent where the desk is now, and nothing twice.
 */
import { v } from 'convex/values';
import { deadlineMutation, internalMutation } from '../functions';
import * as drain from '../model/delivery/drain';
import { requireOpen } from '../model/kit/closed';
import { vChannelKind } from '../shared/conversation/channels';

const vClaim = v.object({
  outboxId: v.id('outbox'),
  entryId: v.id('entries'),
  channel: vChannelKind,
  text: v.string(),
  attempt: v.number(),
  leaseUntil: v.number(),
});
const ofAttempt = { outboxId: v.id('outbox'), attempt: v.number() };

export const claim = internalMutation({
  args: { conversationId: v.id('conversations'), slotAt: v.optional(v.number()) },
  returns: v.union(vClaim, v.null()),
  handler: (ctx, { conversationId, slotAt }) => {
    requireOpen();
    return drain.claimNext(ctx, conversationId, slotAt);
  },
});

export const expireLease = deadlineMutation({
  /** `leaseUntil`: its end as it was then; absent: whatever it is now. */
  args: { ...ofAttempt, leaseUntil: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { outboxId, attempt, leaseUntil }) => {
    const row = await ctx.db.get(outboxId);
    if (row !== null) await drain.expireLease(ctx, row, attempt, leaseUntil);
    return null;
  },
});

export const tryAgain = internalMutation({
  args: ofAttempt,
  returns: v.null(),
  handler: async (ctx, { outboxId, attempt }) => {
    const row = await ctx.db.get(outboxId);
    if (row !== null) await drain.tryAgain(ctx, row, attempt);
    return null;
  },
});

export const askAgain = internalMutation({
  args: { ...ofAttempt, asked: v.optional(v.number()), slotAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { outboxId, ...question }) => {
    const row = await ctx.db.get(outboxId);
    if (row !== null) await drain.askAgain(ctx, row, question);
    return null;
  },
});
