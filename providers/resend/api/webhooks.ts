/** `/webhooks`: endpoints and their secrets. */
import { databaseTime } from '../ids.ts';
import { refuse } from '../refusals.ts';
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

function find({ team, params }: Call): Endpoint {
  return team.endpoints.get(idOf(params.id)) ?? refuse('webhookNotFound');
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
