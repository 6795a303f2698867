/** Where agents are told what happens, and the log of it (docs/rules.md P3). */
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import type { Doc } from './_generated/dataModel';
import { operatorMutation, operatorQuery } from './functions';
import { loadAgentFor, loadWebhookEndpointFor, loadWebhookEventFor } from './model/kit/access';
import { audit } from './model/kit/audit';
import { pageOf } from './model/kit/pages';
import { testBody } from './model/webhooks/bodies';
import { callWaiting, replay as replayEvent } from './model/webhooks/calls';
import * as endpoints from './model/webhooks/endpoints';
import { attemptsOf, createEvent, eventsOf } from './model/webhooks/events';
import { appError } from './model/kit/errors';
import { vDisabledBy, vEventState, vEventType, vSentType } from './shared/webhooks/events';

/** Calls of one event that are shown. */
const maxAttempts = 50;

const vEndpoint = v.object({
  _id: v.id('webhookEndpoints'),
  url: v.string(),
  events: v.array(vEventType),
  active: v.boolean(),
  disabledBy: v.union(vDisabledBy, v.null()),
  failingSince: v.union(v.number(), v.null()),
  restsUntil: v.union(v.number(), v.null()),
  /** Until when the secret before this one signs, too. */
  previousUntil: v.union(v.number(), v.null()),
});

function shown(endpoint: Doc<'webhookEndpoints'>) {
  const { _id, url, events, active, disabledBy, failingSince, restsUntil } = endpoint;
  return {
    _id,
    url,
    events,
    active,
    disabledBy: disabledBy ?? null,
    failingSince: failingSince ?? null,
    restsUntil: restsUntil ?? null,
    previousUntil: endpoints.formerSecrets(endpoint)[0]?.until ?? null,
  };
}

export const list = operatorQuery('webhooks.read')({
  args: { agentId: v.id('agents') },
  returns: v.array(vEndpoint),
  handler: async (ctx, { agentId }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    return (await endpoints.listEndpoints(ctx, agent._id)).map(shown);
  },
});

/** The only time the secret is shown. */
export const create = operatorMutation('webhooks.manage')({
  args: { agentId: v.id('agents'), url: v.string(), events: v.array(vEventType) },
  returns: v.object({ endpointId: v.id('webhookEndpoints'), secret: v.string() }),
  handler: async (ctx, { teamId, agentId, ...endpoint }) => {
    const agent = await loadAgentFor(ctx, ctx.member, agentId);
    const created = await endpoints.createEndpoint(ctx, agent, endpoint);
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.created', subject: created.endpointId });
    return created;
  },
});

export const update = operatorMutation('webhooks.manage')({
  args: {
    endpointId: v.id('webhookEndpoints'),
    url: v.optional(v.string()),
    events: v.optional(v.array(vEventType)),
    active: v.optional(v.boolean()),
  },
  returns: v.null(),
  handler: async (ctx, { teamId, endpointId, ...change }) => {
    const endpoint = await loadWebhookEndpointFor(ctx, ctx.member, endpointId);
    await endpoints.updateEndpoint(ctx, endpoint, change);
    if (change.active === true) await callWaiting(ctx, endpointId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.updated', subject: endpointId });
    return null;
  },
});

export const rotateSecret = operatorMutation('webhooks.manage')({
  args: { endpointId: v.id('webhookEndpoints') },
  returns: v.object({ secret: v.string() }),
  handler: async (ctx, { teamId, endpointId }) => {
    const endpoint = await loadWebhookEndpointFor(ctx, ctx.member, endpointId);
    const secret = await endpoints.rotateSecret(ctx, endpoint);
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.secretChanged', subject: endpointId });
    return { secret };
  },
});

export const remove = operatorMutation('webhooks.manage')({
  args: { endpointId: v.id('webhookEndpoints') },
  returns: v.null(),
  handler: async (ctx, { teamId, endpointId }) => {
    await endpoints.removeEndpoint(ctx, await loadWebhookEndpointFor(ctx, ctx.member, endpointId));
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.removed', subject: endpointId });
    return null;
  },
});

export const sendTest = operatorMutation('webhooks.manage')({
  args: { endpointId: v.id('webhookEndpoints') },
  returns: v.id('webhookEvents'),
  handler: async (ctx, { teamId, endpointId }) => {
    const endpoint = await loadWebhookEndpointFor(ctx, ctx.member, endpointId);
    if (!endpoint.active) throw appError('INVALID_INPUT', 'Switch the endpoint on first.');
    const agent = await loadAgentFor(ctx, ctx.member, endpoint.agentId);
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.tested', subject: endpointId });
    return createEvent(ctx, endpoint, { type: 'webhook.test', body: testBody(agent, Date.now()) });
  },
});

export const events = operatorQuery('webhooks.read')({
  args: { endpointId: v.id('webhookEndpoints'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(
    v.object({
      _id: v.id('webhookEvents'),
      at: v.number(),
      type: vSentType,
      state: vEventState,
      attempts: v.number(),
      dueAt: v.number(),
    }),
  ),
  handler: async (ctx, { endpointId, paginationOpts }) => {
    const endpoint = await loadWebhookEndpointFor(ctx, ctx.member, endpointId);
    const found = await eventsOf(ctx, endpoint._id).paginate(pageOf(paginationOpts));
    const page = found.page.map(({ _id, _creationTime: at, type, state, attempts, dueAt }) => {
      return { _id, at, type, state, attempts, dueAt };
    });
    return { ...found, page };
  },
});

export const event = operatorQuery('webhooks.read')({
  args: { eventId: v.id('webhookEvents') },
  returns: v.object({
    body: v.string(),
    attempts: v.array(
      v.object({
        _id: v.id('webhookAttempts'),
        at: v.number(),
        ms: v.number(),
        status: v.union(v.number(), v.null()),
        answer: v.string(),
        failure: v.union(v.string(), v.null()),
      }),
    ),
  }),
  handler: async (ctx, { eventId }) => {
    const { body } = await loadWebhookEventFor(ctx, ctx.member, eventId);
    const found = await attemptsOf(ctx, eventId, maxAttempts);
    const attempts = found.map(({ _id, at, ms, status, answer, failure = null }) => {
      return { _id, at, ms, status, answer, failure };
    });
    return { body, attempts };
  },
});

export const replay = operatorMutation('webhooks.manage')({
  args: { eventId: v.id('webhookEvents') },
  returns: v.null(),
  handler: async (ctx, { teamId, eventId }) => {
    await replayEvent(ctx, await loadWebhookEventFor(ctx, ctx.member, eventId));
    await audit(ctx, { teamId, actor: ctx.member, action: 'webhook.sentAgain', subject: eventId });
    return null;
  },
});
