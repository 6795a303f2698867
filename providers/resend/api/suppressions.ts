/** `/suppressions`, by id or address. */
import { databaseTime } from '../ids.ts';
import { refuse } from '../refusals.ts';
import type { Suppression } from '../suppressions.ts';
import { type Answer, type Call, ok } from './call.ts';
import { readJson } from './emails.ts';
import { list, page } from './paging.ts';

export function listSuppressions({ team, query }: Call): Answer {
  const origin = query.get('origin');
  const all = team.suppressions.list().filter((each) => origin === null || each.origin === origin);
  const { items, hasMore } = page(all, query);
  return ok(list(items.map(shown), hasMore));
}

export function getSuppression(call: Call): Answer {
  return ok(shown(find(call)));
}

export function addSuppression({ team, body }: Call): Answer {
  const { email } = readJson(body) as { email?: unknown };
  if (typeof email !== 'string') return refuse('missingField', { field: 'email' });
  const { id } = team.suppress({ email, origin: 'manual', sourceId: null });
  return ok({ object: 'suppression', id }, 201);
}

export function removeSuppression(call: Call): Answer {
  const found = find(call);
  call.team.suppressions.remove(found);
  return ok({ object: 'suppression', id: found.id, deleted: true });
}

function find({ team, params }: Call): Suppression {
  return team.suppressions.get(params.id ?? '') ?? refuse('suppressionNotFound');
}

const shown = ({ id, email, origin, sourceId, createdAt }: Suppression) => ({
  object: 'suppression',
  id,
  email,
  origin,
  source_id: sourceId,
  created_at: databaseTime(createdAt),
});
