/**
 * Saying that two customers are one person, and taking it back (docs/rules.md M9, R3). One act is one transaction, however much they have
 * said: a pointer is set or taken away (model/conversation/persons.ts). The names in lists and search follow, the newest at once.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isShownAs, maxParts } from '../../shared/customer/merging';
import type { Author } from '../../shared/conversation/entries';
import { type CaseCtx, openCase } from '../conversation/case';
import { appendEntry } from '../conversation/entries';
import { listAllIdentities } from '../conversation/identities';
import { partsOf, personName, personOf } from '../conversation/persons';
import { notFound } from '../kit/access';
import { audit } from '../kit/audit';
import { appError } from '../kit/errors';
import { pointTo, standAlone } from './customers';
import { renameAll, renameSoon } from './renaming';

type Reader = Pick<QueryCtx, 'db'>;
type Customer = Doc<'customers'>;

/** Two persons, the one that both will be shown as first. Throws where they are one, or would be too many. */
export async function pairOf(
  ctx: Reader,
  customer: Customer,
  other: Customer,
): Promise<{ into: Customer; from: Customer }> {
  const one = await personOf(ctx, customer);
  const two = await personOf(ctx, other);
  if (one._id === two._id) throw appError('INVALID_INPUT', 'These are one customer already.');
  const all = [...(await partsOf(ctx, one)), ...(await partsOf(ctx, two))];
  if (all.length > maxParts) {
    throw appError('INVALID_INPUT', `One person is made of at most ${maxParts} customers.`);
  }
  const isOne = isShownAs(await knownOf(ctx, one), await knownOf(ctx, two));
  return isOne ? { into: one, from: two } : { into: two, from: one };
}

async function knownOf(ctx: Reader, { _id, _creationTime: since, name }: Customer) {
  return { name, since, identities: await listAllIdentities(ctx, _id) };
}

interface Act {
  member: Doc<'members'>;
  /** Where it was done: its thread says so, as does the other's newest. */
  conversationId: Id<'conversations'>;
}

export async function mergeCustomers(
  ctx: CaseCtx,
  { member, conversationId }: Act,
  customer: Customer,
  other: Customer,
): Promise<void> {
  await requireTheirs(ctx, conversationId, customer);
  const { into, from } = await pairOf(ctx, customer, other);
  const names = { [into._id]: await personName(ctx, into), [from._id]: await personName(ctx, from) };
  const mine = (await personOf(ctx, customer))._id;
  const theirs = mine === into._id ? from : into;
  await pointTo(ctx, from, into, member);
  await renameAll(ctx, from._id);
  const said = (name: string) => ({ type: 'customersMerged' as const, with: name });
  await tell(ctx, member, conversationId, said(names[theirs._id]!));
  const newest = await newestOf(ctx, theirs);
  if (newest !== null) await tell(ctx, member, newest._id, said(names[mine]!));
  const { teamId } = member;
  await audit(ctx, { teamId, actor: member, action: 'customer.merged', subject: from._id, detail: into._id });
}

/** A part of a person stands alone again, with whoever was merged into it before. */
export async function unmergeCustomer(
  ctx: CaseCtx,
  { member, conversationId }: Act,
  part: Customer,
): Promise<void> {
  await requireTheirs(ctx, conversationId, part);
  if (part.mergedInto === undefined) throw appError('INVALID_INPUT', 'They are merged with nobody.');
  const rest = (await ctx.db.get(part.mergedInto))!;
  await standAlone(ctx, part, rest);
  const now = { part: (await ctx.db.get(part._id))!, rest: (await ctx.db.get(rest._id))! };
  await renameAll(ctx, part._id);
  await renameSoon(ctx, rest._id);
  const conversation = (await ctx.db.get(conversationId))!;
  const here = (await personOf(ctx, (await ctx.db.get(conversation.customerId))!))._id;
  const isOfPart = here === part._id;
  const names = [await personName(ctx, now.part), await personName(ctx, now.rest)];
  const [own, others] = isOfPart ? names : names.toReversed();
  const said = (name: string) => ({ type: 'customersMerged' as const, with: name, isUndone: true as const });
  await tell(ctx, member, conversationId, said(others!));
  const newest = await newestOf(ctx, isOfPart ? now.rest : now.part);
  if (newest !== null) await tell(ctx, member, newest._id, said(own!));
  const { teamId } = member;
  await audit(ctx, {
    teamId,
    actor: member,
    action: 'customer.unmerged',
    subject: part._id,
    detail: rest._id,
  });
}

/** It is told where it was done: in a conversation of that very person. */
async function requireTheirs(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  customer: Customer,
): Promise<void> {
  const { customerId } = (await ctx.db.get(conversationId))!;
  const whose = await personOf(ctx, (await ctx.db.get(customerId))!);
  if (whose._id !== (await personOf(ctx, customer))._id) throw notFound('conversation of this customer');
}

function newestOf(ctx: Reader, { _id }: Customer): Promise<Doc<'conversations'> | null> {
  return ctx.db
    .query('conversations')
    .withIndex('by_customerId', (q) => q.eq('customerId', _id))
    .order('desc')
    .first();
}

type Said = { type: 'customersMerged'; with: string; isUndone?: true };

async function tell(
  ctx: CaseCtx,
  { _id: memberId }: Doc<'members'>,
  conversationId: Id<'conversations'>,
  event: Said,
): Promise<void> {
  const author: Author = { kind: 'operator', memberId };
  const opened = await openCase(ctx, (await ctx.db.get(conversationId))!);
  await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author, event });
}
