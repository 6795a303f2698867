/**
 * Where an agent is told what happens (docs/rules.md P3, R3). The only writer of `webhookEndpoints`.
 *
 * An agent that has one says so itself (`hasWebhooks`), so that a desk without any pays nothing: whoever has something to
 * tell has read the agent already. Secrets are shown once and kept sealed; a changed one signs on beside the new one for a
 * day, so that a receiver can change its own at leisure.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { callPolicy, faultOfUrl } from '../../shared/webhooks/addresses';
import { type EventType, eventTypes } from '../../shared/webhooks/events';
import type { Health } from '../../shared/webhooks/tries';
import { noteWebhooks } from '../agents/agents';
import { appError } from '../kit/errors';
import { notFound } from '../kit/access';
import { seal } from '../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;
type Endpoint = Doc<'webhookEndpoints'>;

/** Of one agent: one to answer, one to deliver, and what else somebody watches with. */
const maxEndpoints = 5;
const secretBytes = 32;
/** How long a secret that was changed still signs, and how many do: each is a signature in every call. */
const rotationMs = 24 * 60 * 60_000;
const maxFormer = 3;

/** A removed one is named by its log until that is swept. */
const forgetAfterMs = 15 * 24 * 60 * 60_000;

/** What a secret is sealed for. */
export const sealedFor = (endpointId: Id<'webhookEndpoints'>) => `webhookEndpoints/${endpointId}`;

export async function listEndpoints(ctx: Reader, agentId: Id<'agents'>): Promise<Endpoint[]> {
  return ctx.db
    .query('webhookEndpoints')
    .withIndex('by_agentId_and_removedAt', (q) => q.eq('agentId', agentId).eq('removedAt', undefined))
    .take(maxEndpoints);
}

/** Those that are called, oldest first. */
export async function activeEndpoints(ctx: Reader, agentId: Id<'agents'>): Promise<Endpoint[]> {
  return ctx.db
    .query('webhookEndpoints')
    .withIndex('by_agentId_and_active', (q) => q.eq('agentId', agentId).eq('active', true))
    .take(maxEndpoints);
}

export async function createEndpoint(
  ctx: MutationCtx,
  agent: Doc<'agents'>,
  { url, events }: { url: string; events: EventType[] },
): Promise<{ endpointId: Id<'webhookEndpoints'>; secret: string }> {
  if (agent.kind !== 'external')
    throw appError('INVALID_INPUT', 'Only an outside agent has webhooks: a built-in agent needs none.');
  if ((await listEndpoints(ctx, agent._id)).length >= maxEndpoints)
    throw appError('INVALID_INPUT', `An agent has at most ${maxEndpoints} endpoints. Remove one first.`);
  const { teamId, _id: agentId } = agent;
  const fields = { teamId, agentId, url: checkUrl(url), events: checkEvents(events), active: true };
  const endpointId = await ctx.db.insert('webhookEndpoints', { ...fields, secret: '' });
  const secret = newSecret();
  await ctx.db.patch(endpointId, { secret: await seal(secret, sealedFor(endpointId)) });
  await noteAgent(ctx, agentId);
  return { endpointId, secret };
}

export interface EndpointChange {
  url?: string | undefined;
  events?: EventType[] | undefined;
  active?: boolean | undefined;
}

/** Switched on again it begins anew, whatever it was switched off for. */
export async function updateEndpoint(
  ctx: MutationCtx,
  endpoint: Endpoint,
  { url, events, active }: EndpointChange,
): Promise<void> {
  requireKept(endpoint);
  const change: Partial<Endpoint> = {};
  if (url !== undefined) change.url = checkUrl(url);
  if (events !== undefined) change.events = checkEvents(events);
  if (active !== undefined) Object.assign(change, { active, disabledBy: undefined, ...healthy });
  await ctx.db.patch(endpoint._id, change);
  if (active !== undefined || events !== undefined) await noteAgent(ctx, endpoint.agentId);
}

/** In these a send may have waited for an endpoint; one that failed is queued again in its time. */
const waitingStates = ['queued', 'unknown'] as const;
export type WaitingState = (typeof waitingStates)[number];

/** [P3] [M2] Messages may be brought somewhere else now: those of the agent's conversations that wait are called for. */
export async function bringWaiting(ctx: MutationCtx, agentId: Id<'agents'>): Promise<void> {
  for (const state of waitingStates)
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.callForWaitingOf, {
      agentId,
      state,
      cursor: null,
    });
}

/** What waits for it is never sent; its log goes with the sweep. */
export async function removeEndpoint(ctx: MutationCtx, endpoint: Endpoint): Promise<void> {
  requireKept(endpoint);
  const secrets = { secret: '', formerSecrets: [], previousSecret: undefined };
  const gone = { active: false, removedAt: Date.now(), ...secrets };
  await ctx.db.patch(endpoint._id, gone);
  await noteAgent(ctx, endpoint.agentId);
  await ctx.scheduler.runAfter(forgetAfterMs, internal.jobs.webhooks.forget, { endpointId: endpoint._id });
}

/** Its log is gone by now. */
export async function forgetEndpoint(ctx: MutationCtx, endpointId: Id<'webhookEndpoints'>): Promise<void> {
  const endpoint = await ctx.db.get(endpointId);
  if (endpoint?.removedAt !== undefined) await ctx.db.delete(endpointId);
}

export async function rotateSecret(ctx: MutationCtx, endpoint: Endpoint): Promise<string> {
  requireKept(endpoint);
  const secret = newSecret();
  const now = Date.now();
  const former = formerSecrets(endpoint).filter(({ until }) => until > now);
  await ctx.db.patch(endpoint._id, {
    secret: await seal(secret, sealedFor(endpoint._id)),
    formerSecrets: [{ secret: endpoint.secret, until: now + rotationMs }, ...former].slice(0, maxFormer),
    previousSecret: undefined,
    previousUntil: undefined,
  });
  return secret;
}

/** Those before the present one, sealed, newest first: each signs, too, until its time is over. */
export function formerSecrets(endpoint: Endpoint): { secret: string; until: number }[] {
  const { formerSecrets: listed = [], previousSecret: secret, previousUntil: until = 0 } = endpoint;
  return secret === undefined ? listed : [...listed, { secret, until }];
}

/** What a call said of it; written only when it changes anything. True: it is called no more. */
export async function noteHealth(ctx: MutationCtx, endpoint: Endpoint, health: Health): Promise<boolean> {
  const { failingSince, restsUntil, disabledBy } = health;
  const isSame = endpoint.failingSince === failingSince && endpoint.restsUntil === restsUntil;
  if (isSame && disabledBy === undefined) return false;
  if (disabledBy === undefined || !endpoint.active) {
    await ctx.db.patch(endpoint._id, { failingSince, restsUntil });
    return false;
  }
  await ctx.db.patch(endpoint._id, { failingSince, restsUntil, disabledBy, active: false });
  await noteAgent(ctx, endpoint.agentId);
  return true;
}

/** The safety net looks at those that are called, in pages. */
export function pageOfActive(ctx: Reader, cursor: string | null, numItems: number) {
  return ctx.db
    .query('webhookEndpoints')
    .withIndex('by_active', (q) => q.eq('active', true))
    .paginate({ cursor, numItems });
}

const healthy = { failingSince: undefined, restsUntil: undefined };

/** Where it is told has changed. */
async function noteAgent(ctx: MutationCtx, agentId: Id<'agents'>): Promise<void> {
  await noteWebhooks(ctx, agentId, (await activeEndpoints(ctx, agentId)).length > 0);
  await bringWaiting(ctx, agentId);
}

function requireKept({ removedAt }: Endpoint): void {
  if (removedAt !== undefined) throw notFound('endpoint');
}

function checkUrl(typed: string): string {
  const url = typed.trim();
  const fault = faultOfUrl(url, callPolicy(process.env));
  if (fault !== null) throw appError('INVALID_INPUT', fault);
  return new URL(url).href;
}

function checkEvents(events: EventType[]): EventType[] {
  const chosen = eventTypes.filter((type) => events.includes(type));
  if (chosen.length === 0) throw appError('INVALID_INPUT', 'Choose at least one event.');
  return chosen;
}

/** [Standard Webhooks] `whsec_` and 256 random bits. */
function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(secretBytes))))}`;
}
