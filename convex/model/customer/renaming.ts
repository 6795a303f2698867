/**
 * A customer's name or address has changed: every conversation of theirs shows it (docs/rules.md E3). The newest do in the same
 * transaction; where there may be more, a job goes through all. What begins meanwhile knows the name already.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { type CaseCtx, openCase } from '../conversation/case';
import { allOf, personOf } from '../conversation/persons';
import { refreshPerson } from '../search/searchPeople';

/** Conversations opened in one transaction. */
export const atOnce = 50;

/**
 * Whoever is the same person is called alike. Where the one that they are shown as has a name, none of the others changes that: what
 * somebody in a chat calls themself, over and over, goes through nobody else's conversations.
 */
export async function rename(ctx: CaseCtx, customerId: Id<'customers'>): Promise<void> {
  const { _id, name, teamName } = await personOf(ctx, (await ctx.db.get(customerId))!);
  if (_id === customerId || (teamName ?? name) === undefined) return renameAll(ctx, customerId);
  await renameOwn(ctx, customerId);
}

/** With all that are the same person. */
export async function renameAll(ctx: CaseCtx, customerId: Id<'customers'>): Promise<void> {
  await renameOwn(ctx, customerId);
  for (const { _id } of await allOf(ctx, (await ctx.db.get(customerId))!)) {
    if (_id !== customerId) await goOn(ctx, _id, null);
  }
}

async function renameOwn(ctx: CaseCtx, customerId: Id<'customers'>): Promise<void> {
  await refreshPerson(ctx, customerId);
  const newest = await theirs(ctx, customerId).take(atOnce);
  await refresh(ctx, newest);
  if (newest.length === atOnce) await goOn(ctx, customerId, null);
}

/** By the job alone. */
export async function renameSoon(ctx: CaseCtx, customerId: Id<'customers'>): Promise<void> {
  await refreshPerson(ctx, customerId);
  for (const { _id } of await allOf(ctx, (await ctx.db.get(customerId))!)) await goOn(ctx, _id, null);
}

/** One page, and the next is asked for; the name is what it is by then. */
export async function renamePage(
  ctx: CaseCtx,
  customerId: Id<'customers'>,
  cursor: string | null,
): Promise<void> {
  const { page, isDone, continueCursor } = await theirs(ctx, customerId).paginate({
    cursor,
    numItems: atOnce,
  });
  await refresh(ctx, page);
  if (!isDone) await goOn(ctx, customerId, continueCursor);
}

function theirs(ctx: CaseCtx, customerId: Id<'customers'>) {
  return ctx.db
    .query('conversations')
    .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
    .order('desc');
}

async function refresh(ctx: CaseCtx, conversations: Doc<'conversations'>[]): Promise<void> {
  for (const conversation of conversations) (await openCase(ctx, conversation)).isRenamed = true;
}

async function goOn(ctx: CaseCtx, customerId: Id<'customers'>, cursor: string | null): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.jobs.customers.rename, { customerId, cursor });
}
