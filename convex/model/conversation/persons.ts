/**
 * Customers whom an operator has said to be one person (docs/rules.md M9). Nothing of theirs is moved: each keeps its identities, its
 * sessions and its conversations, and what comes in belongs to whom it came from. One is whom the others are shown as; each of
 * these points to it, or to one that does. Taking the pointer away is all that undoing takes.
 *
 * Only the team sees them as one. What customers, agents and mails see of a customer is their own (`customerName`).
 */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { callNameOf } from '../../shared/customer/callNames';
import { maxParts } from '../../shared/customer/merging';
import { emailOf } from './identities';

type Reader = Pick<QueryCtx, 'db'>;
type Customer = Doc<'customers'>;

/** Whom they are shown as: themself, where nobody has said otherwise. */
export async function personOf(ctx: Reader, customer: Customer): Promise<Customer> {
  let person = customer;
  for (let step = 0; step < maxParts && person.mergedInto !== undefined; step++) {
    person = (await ctx.db.get(person.mergedInto))!;
  }
  return person;
}

/** All of one person, whom they are shown as first. */
export async function partsOf(ctx: Reader, person: Customer): Promise<Customer[]> {
  const parts = [person];
  for (const part of parts) {
    if (part.hasParts === true) parts.push(...(await pointingTo(ctx, part)));
  }
  return parts;
}

/** At most `maxParts` are one person. */
export function pointingTo(ctx: Reader, { _id }: Customer): Promise<Customer[]> {
  return ctx.db
    .query('customers')
    .withIndex('by_mergedInto', (q) => q.eq('mergedInto', _id))
    .take(maxParts);
}

/** The whole of whom this customer is a part of. */
export async function allOf(ctx: Reader, customer: Customer): Promise<Customer[]> {
  return partsOf(ctx, await personOf(ctx, customer));
}

export interface Called {
  name: string;
  /** Somebody has said it, they or the team: it is no address, and not made up. */
  isNamed: boolean;
  /** They have said nothing of the kind, so there is nothing to prove. */
  isOurs: boolean;
}

/**
 * By what the team calls a customer: by its own choice, else a name that one of them gave, else where mail reaches them, else two words
 * that are nobody's name.
 */
export async function calledBy(ctx: Reader, customer: Customer | null): Promise<Called> {
  if (customer === null) return { name: '', isNamed: false, isOurs: true };
  return calledOf(ctx, await allOf(ctx, customer));
}

/** The same of these alone, whoever else they are. */
export async function calledOf(ctx: Reader, parts: Customer[]): Promise<Called> {
  const ours = parts.find(({ teamName }) => teamName !== undefined)?.teamName;
  if (ours !== undefined) return { name: ours, isNamed: true, isOurs: true };
  const given = parts.find(({ name }) => name !== undefined)?.name;
  if (given !== undefined) return { name: given, isNamed: true, isOurs: false };
  for (const part of parts) {
    const email = await emailOf(ctx, part);
    if (email !== null) return { name: email.address, isNamed: false, isOurs: false };
  }
  return { name: callNameOf(parts[0]!._id), isNamed: false, isOurs: true };
}

/** The name alone; empty where there is no customer. */
export const personName = async (ctx: Reader, customer: Customer | null): Promise<string> =>
  (await calledBy(ctx, customer)).name;
