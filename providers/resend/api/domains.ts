/** `/domains`: read only; they are given at the start. */
import { recordsOf, shownDomain } from '../domains.ts';
import { refuse } from '../refusals.ts';
import { type Answer, type Call, ok } from './call.ts';
import { idOf } from './ids.ts';
import { list, page } from './paging.ts';

export function listDomains({ team, query }: Call): Answer {
  const { items, hasMore } = page(team.domains.list(), query);
  return ok(list(items.map(shownDomain), hasMore));
}

export function getDomain({ team, params }: Call): Answer {
  const domain = team.domains.get(idOf(params.id)) ?? refuse('domainNotFound');
  return ok({ object: 'domain', ...shownDomain(domain), records: recordsOf(domain) });
}
