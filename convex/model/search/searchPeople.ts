/**
 * By what customers are found: the only writer of `searchPeople`. Whoever is renamed is found by the new name alone; each of those that
 * are one person is found by what any of them is known by, and by the two words that the team calls them where that is nothing.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { callNameOf } from '../../shared/customer/callNames';
import { plainTextToFind, textToFind } from '../../shared/search/words';
import { externalIdOf, listAllIdentities, listEmails } from '../conversation/identities';
import { allOf } from '../conversation/persons';

export async function refreshPerson(ctx: MutationCtx, customerId: Id<'customers'>): Promise<void> {
  const customer = await ctx.db.get(customerId);
  if (customer === null) return;
  const all = await allOf(ctx, customer);
  const known = await Promise.all(all.map((part) => knownBy(ctx, part)));
  const isNamed = known.some(({ names, emails }) => names.length + emails.length > 0);
  const text = [
    ...(isNamed ? [] : [callNameOf(all[0]!._id)]),
    ...known.flatMap(({ names, emails, others }) => [...names, ...new Set([...emails, ...others])]),
  ].join(' ');
  // Short, and mostly plain.
  const words = plainTextToFind(text) ?? textToFind(text);
  for (const { _id } of all) await keep(ctx, { teamId: customer.teamId, customerId: _id, words });
}

interface Known {
  names: string[];
  emails: string[];
  others: string[];
}

async function knownBy(ctx: MutationCtx, customer: Doc<'customers'>): Promise<Known> {
  const outside = await externalIdOf(ctx, customer);
  const identities = await listAllIdentities(ctx, customer._id);
  return {
    names: [customer.teamName, customer.name].filter((name) => name !== undefined),
    emails: await listEmails(ctx, customer._id),
    others: [...identities.map(({ value }) => value), ...(outside === null ? [] : [outside])],
  };
}

async function keep(
  ctx: MutationCtx,
  { words, ...row }: Omit<Doc<'searchPeople'>, '_id' | '_creationTime'>,
): Promise<void> {
  const stored = await ctx.db
    .query('searchPeople')
    .withIndex('by_customerId', (q) => q.eq('customerId', row.customerId))
    .unique();
  if (stored === null) {
    if (words !== '') await ctx.db.insert('searchPeople', { ...row, words });
  } else if (words === '') await ctx.db.delete(stored._id);
  else if (stored.words !== words) await ctx.db.patch(stored._id, { words });
}
