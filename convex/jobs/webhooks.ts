/** Calls of webhooks: what the action asks for and reports, and what is looked at again (docs/rules.md P3). */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalMutation } from '../functions';
import { closedDesk } from '../model/kit/closed';
import * as calls from '../model/webhooks/calls';
import { callForWaitingOf as callForPage, deliverNext } from '../model/webhooks/deliveries';
import { forgetEndpoint } from '../model/webhooks/endpoints';

const vClaimed = v.object({
  id: v.string(),
  url: v.string(),
  body: v.string(),
  secrets: v.array(v.string()),
  sealedFor: v.string(),
  attempt: v.number(),
});

/** A closed desk calls nobody: what waits is called from where it is now. */
export const claim = internalMutation({
  args: { eventId: v.id('webhookEvents') },
  returns: v.union(vClaimed, v.null()),
  handler: (ctx, { eventId }) => (closedDesk() === null ? calls.claimCall(ctx, eventId) : null),
});

export const record = internalMutation({
  args: {
    eventId: v.id('webhookEvents'),
    attempt: v.number(),
    outcome: v.object({
      status: v.union(v.number(), v.null()),
      ms: v.number(),
      answer: v.string(),
      failure: v.optional(v.string()),
      retryAfter: v.optional(v.string()),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { eventId, attempt, outcome }) => {
    await calls.recordCall(ctx, eventId, attempt, outcome);
    return null;
  },
});

/** What people have said on an `api` conversation, the next of it. */
export const deliver = internalMutation({
  args: { conversationId: v.id('conversations') },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    if (closedDesk() === null) await deliverNext(ctx, conversationId);
    return null;
  },
});

export const callForWaitingOf = internalMutation({
  args: {
    agentId: v.id('agents'),
    state: v.union(v.literal('queued'), v.literal('unknown')),
    cursor: v.union(v.string(), v.null()),
  },
  returns: v.null(),
  handler: async (ctx, { agentId, state, cursor }) => {
    const next = closedDesk() === null ? await callForPage(ctx, agentId, { state, cursor }) : null;
    if (next === null) return null;
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.callForWaitingOf, {
      agentId,
      state,
      cursor: next,
    });
    return null;
  },
});

export const callWaiting = internalMutation({
  args: { endpointId: v.id('webhookEndpoints') },
  returns: v.null(),
  handler: async (ctx, { endpointId }) => {
    if (closedDesk() === null) await calls.callWaiting(ctx, endpointId);
    return null;
  },
});

export const forget = internalMutation({
  args: { endpointId: v.id('webhookEndpoints') },
  returns: v.null(),
  handler: async (ctx, { endpointId }) => {
    await forgetEndpoint(ctx, endpointId);
    return null;
  },
});

export const sweep = internalMutation({
  args: { cursor: v.optional(v.string()) },
  returns: v.object({ lost: v.number(), behind: v.number() }),
  handler: async (ctx, { cursor }) => {
    if (closedDesk() !== null) return { lost: 0, behind: 0 };
    const { next, ...found } = await calls.sweepCalls(ctx, cursor ?? null);
    if (next !== null) await ctx.scheduler.runAfter(0, internal.jobs.webhooks.sweep, { cursor: next });
    return found;
  },
});
