/**
 * By what customers are found: the only writer of `searchPeople`. Whoever is renamed is found by the new name alone; each of those that
 * are one person is found by what any of them is known by.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { plainTextToFind, textToFind } from '../../shared/search/words';
import { externalIdOf, listAllIdentities, listEmails } from '../conversation/identities';
import { allOf } from '../conversation/persons';

export async function refreshPerson(ctx: MutationCtx, customerId: Id<'customers'>): Promise<void> {
  const customer = await ctx.db.get(customerId);
  if (customer === null) return;
  const all = await allOf(ctx, customer);
  const known: string[] = [];
  for (const part of all) known.push(...(await knownBy(ctx, part)));
  // Short, and mostly plain.
  const words = plainTextToFind(known.join(' ')) ?? textToFind(known.join(' '));
  for (const { _id } of all) await keep(ctx, { teamId: customer.teamId, customerId: _id, words });
}

async function knownBy(ctx: MutationCtx, customer: Doc<'customers'>): Promise<string[]> {
  const outside = await externalIdOf(ctx, customer);
  const identities = await listAllIdentities(ctx, customer._id);
  const values = [...(await listEmails(ctx, customer._id)), ...identities.map(({ value }) => value)];
  return [customer.teamName ?? '', customer.name ?? '', ...new Set([...values, outside ?? ''])];
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
