/** Notices in browsers in which Baton is closed: one's own, browser by browser (docs/rules.md A5, C5). */
import { v } from 'convex/values';
import { internal } from './_generated/api';
import type { Id } from './_generated/dataModel';
import { operatorAction, operatorMutation, operatorQuery } from './functions';
import { appError } from './model/kit/errors';
import { getSession } from './model/kit/identity';
import type { Tried } from './model/needs/pushes';
import * as subscriptions from './model/needs/pushSubscriptions';

/** Whether this browser, known by the endpoint it has, is told; null: it is not. */
export const state = operatorQuery('ticket.read')({
  args: { endpoint: v.string() },
  returns: v.union(v.object({ showsWords: v.boolean() }), v.null()),
  handler: async (ctx, { endpoint }) => {
    const kept = await subscriptions.findSubscription(ctx, ctx.member._id, endpoint);
    return kept && { showsWords: kept.showsWords };
  },
});

/** By which push services know the desk, base64url; made when it is first asked for. */
export const key = operatorAction(
  'members.setOwnStatus',
  'pushesOfTeam',
)({
  args: {},
  returns: v.string(),
  handler: (ctx): Promise<string> => ctx.runAction(internal.push.send.ensureKeys, {}),
});

/** As the browser's `PushSubscription` says it, base64url; at most ten a person, one more takes the place of the oldest. */
export const turnOn = operatorMutation('members.setOwnStatus')({
  args: { endpoint: v.string(), p256dh: v.string(), auth: v.string(), showsWords: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { endpoint, p256dh, auth, showsWords }) => {
    const session = await getSession(ctx);
    if (session === null) throw appError('NOT_SIGNED_IN', 'Sign in first.');
    const browser = { endpoint, p256dh, auth, showsWords };
    await subscriptions.keepSubscription(ctx, ctx.member, session._id, browser);
    return null;
  },
});

export const turnOff = operatorMutation('members.setOwnStatus')({
  args: { endpoint: v.string() },
  returns: v.null(),
  handler: async (ctx, { endpoint }) => {
    const kept = await subscriptions.findSubscription(ctx, ctx.member._id, endpoint);
    if (kept !== null) await subscriptions.dropSubscription(ctx, kept._id);
    return null;
  },
});

/** One notice, now. Answers why it did not go out, or null. */
export const test = operatorAction(
  'members.setOwnStatus',
  'pushesOfTeam',
)({
  args: { endpoint: v.string() },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { endpoint }): Promise<string | null> => {
    const about = { memberId: ctx.member._id, endpoint };
    const subscriptionId = (await ctx.runQuery(
      internal.jobs.push.find,
      about,
    )) as Id<'pushSubscriptions'> | null;
    if (subscriptionId === null) return 'This browser is not turned on.';
    return triedWords[(await ctx.runAction(internal.push.send.sendTest, { subscriptionId })) as Tried];
  },
});

const triedWords: Record<Tried, string | null> = {
  taken: null,
  gone: 'The push service knows this browser no more. Turn it on again.',
  notTaken:
    'This browser’s push service did not take it. Try again in a while; if that does not help, turn it off here and on again.',
  noKeys: 'The desk cannot push from this server.',
};
