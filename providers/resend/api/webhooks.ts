/** `/webhooks`: endpoints, their secrets, and the log of what each was sent. */
import { databaseTime } from '../ids.ts';
import { refuse } from '../refusals.ts';
import type { EventMessage } from '../webhooks/deliveries.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import { type Answer, type Call, ok } from './call.ts';
import { readJson } from './emails.ts';
import { idOf } from './ids.ts';
import { list, page } from './paging.ts';

interface Wanted {
  endpoint?: unknown;
  events?: unknown;
  status?: unknown;
}

export function createWebhook({ team, body }: Call): Answer {
  const wanted = readJson(body) as Wanted;
  const endpoint = readEndpoint(wanted) ?? refuse('missingField', { field: 'endpoint' });
  const events = readEvents(wanted) ?? refuse('missingField', { field: 'events' });
  const added = team.endpoints.add({ endpoint, events });
  return ok({ object: 'webhook', id: added.id, signing_secret: added.secret }, 201);
}

export function listWebhooks({ team, query }: Call): Answer {
  const { items, hasMore } = page(team.endpoints.list(), query);
  return ok(list(items.map(shown), hasMore));
}

export function getWebhook(call: Call): Answer {
  const endpoint = find(call);
  return ok({ object: 'webhook', ...shown(endpoint), signing_secret: endpoint.secret });
}

export function updateWebhook(call: Call): Answer {
  const found = find(call);
  const wanted = readJson(call.body) as Wanted;
  found.endpoint = readEndpoint(wanted) ?? found.endpoint;
  found.events = readEvents(wanted) ?? found.events;
  if (wanted.status === 'enabled' || wanted.status === 'disabled') found.status = wanted.status;
  return ok({ object: 'webhook', id: found.id });
}

export function removeWebhook(call: Call): Answer {
  const { id } = find(call);
  call.team.endpoints.remove(id);
  return ok({ object: 'webhook', id, deleted: true });
}

export function rotateSecret(call: Call): Answer {
  const found = find(call);
  call.team.endpoints.rotate(found);
  return ok({ object: 'webhook', id: found.id, signing_secret: found.secret });
}

export function listEvents(call: Call): Answer {
  const { items, hasMore } = page(call.team.deliveries.list(find(call).id), call.query);
  return ok(list(items.map(shownEvent), hasMore));
}

export function getEvent(call: Call): Answer {
  const message = findEvent(call);
  return ok({
    object: 'webhook_event',
    ...shownEvent(message),
    next_attempt_at: message.nextAttemptAt === null ? null : new Date(message.nextAttemptAt).toISOString(),
    payload: JSON.parse(message.payload) as unknown,
  });
}

export function listAttempts(call: Call): Answer {
  const { items, hasMore } = page(findEvent(call).attempts.toReversed(), call.query);
  const data = items.map(({ id, status, response, sentAt }) => ({
    id,
    http_status_code: status,
    response,
    sent_at: new Date(sentAt).toISOString(),
  }));
  return ok(list(data, hasMore));
}

export function replayEvent(call: Call): Answer {
  const message = findEvent(call);
  call.team.deliveries.replay(find(call), message);
  return ok({ object: 'webhook_event', id: message.id });
}

function find({ team, params }: Call): Endpoint {
  return team.endpoints.get(idOf(params.id)) ?? refuse('webhookNotFound');
}

function findEvent(call: Call): EventMessage {
  return call.team.deliveries.get(find(call).id, call.params.eventId ?? '') ?? refuse('eventNotFound');
}

function readEndpoint({ endpoint }: Wanted): string | null {
  if (endpoint == null) return null;
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    return refuse('wrongType', { field: 'endpoint', type: 'url' });
  return endpoint;
}

function readEvents({ events }: Wanted): string[] | null {
  if (events == null) return null;
  if (!Array.isArray(events) || !events.every((each) => typeof each === 'string'))
    return refuse('wrongType', { field: 'events', type: 'array' });
  return events;
}

const shown = ({ id, endpoint, createdAt, status, events }: Endpoint) => ({
  id,
  endpoint,
  created_at: databaseTime(createdAt),
  status,
  events,
});

const shownEvent = ({ id, type, createdAt, status }: EventMessage) => ({
  id,
  type,
  created_at: new Date(createdAt).toISOString(),
  status,
});
