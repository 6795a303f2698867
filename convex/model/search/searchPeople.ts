/** By what customers are found: the only writer of `searchPeople`. Whoever is renamed is found by the new name alone. */
import type { Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { plainTextToFind, textToFind } from '../../shared/search/words';
import { externalIdOf, listEmails } from '../conversation/identities';

export async function refreshPerson(ctx: MutationCtx, customerId: Id<'customers'>): Promise<void> {
  const customer = await ctx.db.get(customerId);
  if (customer === null) return;
  const outside = await externalIdOf(ctx, customer);
  const known = [customer.name ?? '', ...(await listEmails(ctx, customerId)), outside ?? ''];
  // Short, and mostly plain.
  const words = plainTextToFind(known.join(' ')) ?? textToFind(known.join(' '));
  const stored = await ctx.db
    .query('searchPeople')
    .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
    .unique();
  if (stored === null) {
    if (words !== '') await ctx.db.insert('searchPeople', { teamId: customer.teamId, customerId, words });
  } else if (stored.words !== words) await ctx.db.patch(stored._id, { words });
}
