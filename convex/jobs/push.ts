/** What the sending of pushes asks for and reports (push/send.ts). */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalMutation, internalQuery } from '../functions';
import { readPush, readTestPush } from '../model/needs/pushes';
import * as subscriptions from '../model/needs/pushSubscriptions';

const asked = {
  memberId: v.id('members'),
  needIds: v.array(v.id('needs')),
  only: v.optional(v.id('pushSubscriptions')),
};
const vPushed = v.union(
  v.null(),
  v.object({
    keys: v.object({ publicKey: v.string(), privateKey: v.string() }),
    contact: v.string(),
    subscriptions: v.array(
      v.object({
        subscriptionId: v.id('pushSubscriptions'),
        sealed: v.string(),
        lines: v.array(
          v.object({
            title: v.string(),
            body: v.optional(v.string()),
            tag: v.string(),
            path: v.string(),
          }),
        ),
      }),
    ),
  }),
);

export const publicKey = internalQuery({
  args: {},
  returns: v.union(v.string(), v.null()),
  handler: async (ctx) => (await subscriptions.pushKeys(ctx))?.publicKey ?? null,
});

export const keepKeys = internalMutation({
  args: { publicKey: v.string(), privateKey: v.string() },
  returns: v.string(),
  handler: (ctx, keys) => subscriptions.keepKeys(ctx, keys),
});

export const read = internalQuery({
  args: asked,
  returns: vPushed,
  handler: (ctx, about) => readPush(ctx, about),
});

export const readTest = internalQuery({
  args: { subscriptionId: v.id('pushSubscriptions') },
  returns: vPushed,
  handler: (ctx, { subscriptionId }) => readTestPush(ctx, subscriptionId),
});

export const noteOutcome = internalMutation({
  args: { subscriptionId: v.id('pushSubscriptions'), status: v.union(v.number(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { subscriptionId, status }) => {
    await subscriptions.noteOutcome(ctx, subscriptionId, status);
    return null;
  },
});

export const sendLater = internalMutation({
  args: { inMs: v.number(), again: v.object({ ...asked, attempt: v.number() }) },
  returns: v.null(),
  handler: async (ctx, { inMs, again }) => {
    await ctx.scheduler.runAfter(inMs, internal.push.send.send, again);
    return null;
  },
});

/** For the test that a person asks for, in their own browser. */
export const find = internalQuery({
  args: { memberId: v.id('members'), endpoint: v.string() },
  returns: v.union(v.id('pushSubscriptions'), v.null()),
  handler: async (ctx, { memberId, endpoint }) =>
    (await subscriptions.findSubscription(ctx, memberId, endpoint))?._id ?? null,
});
