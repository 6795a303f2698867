/**
 * By what a customer is known and reached (docs/rules.md M9). The only writer of `customerIdentities`.
 *
 * An address that somebody only says is theirs is kept under themself: it opens nobody else's thread. One that was proven is
 * one person's in the team. A customer of before, whom the migration has not come to yet, still has theirs in the old fields.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { bestProven, type IdentityKind, type IdentityProof } from '../../shared/customer/identities';

type Reader = Pick<QueryCtx, 'db'>;

export interface Identity {
  teamId: Id<'teams'>;
  kind: IdentityKind;
  scope: string;
  value: string;
}

/** Most that are looked at for one customer. */
const maxIdentities = 20;

export function findIdentity(
  ctx: Reader,
  { teamId, kind, scope, value }: Identity,
): Promise<Doc<'customerIdentities'> | null> {
  return ctx.db
    .query('customerIdentities')
    .withIndex('by_teamId_and_kind_and_scope_and_value', (q) =>
      q.eq('teamId', teamId).eq('kind', kind).eq('scope', scope).eq('value', value),
    )
    .unique();
}

export function listIdentities(
  ctx: Reader,
  customerId: Id<'customers'>,
  kind: IdentityKind,
): Promise<Doc<'customerIdentities'>[]> {
  return ctx.db
    .query('customerIdentities')
    .withIndex('by_customerId_and_kind', (q) => q.eq('customerId', customerId).eq('kind', kind))
    .take(maxIdentities);
}

/** Of every kind. */
export function listAllIdentities(
  ctx: Reader,
  customerId: Id<'customers'>,
): Promise<Doc<'customerIdentities'>[]> {
  return ctx.db
    .query('customerIdentities')
    .withIndex('by_customerId_and_kind', (q) => q.eq('customerId', customerId))
    .take(maxIdentities);
}

/** Where mail reaches them best, and how far that is proven; null: nowhere. */
export async function emailOf(
  ctx: Reader,
  customer: Doc<'customers'>,
): Promise<{ address: string; proof: IdentityProof; unreachable?: string | undefined } | null> {
  const known = await listIdentities(ctx, customer._id, 'email');
  const best = bestProven(known.filter(({ unreachable }) => unreachable === undefined)) ?? bestProven(known);
  if (best !== undefined) {
    return { address: best.value, proof: best.proof, unreachable: best.unreachable };
  }
  return customer.email === undefined ? null : { address: customer.email, proof: 'claimed' };
}

/** Every address they are known by, however far it is proven. */
export async function listEmails(ctx: Reader, customerId: Id<'customers'>): Promise<string[]> {
  const known = await listIdentities(ctx, customerId, 'email');
  if (known.length > 0) return known.map(({ value }) => value);
  const { email } = (await ctx.db.get(customerId))!;
  return email === undefined ? [] : [email];
}

/** How far this address is known to be theirs; undefined: it is none of theirs. */
export async function proofOf(
  ctx: Reader,
  customerId: Id<'customers'>,
  address: string,
): Promise<IdentityProof | undefined> {
  const known = await listIdentities(ctx, customerId, 'email');
  return bestProven(known.filter(({ value }) => value === address))?.proof;
}

/** Whether this address is shown to be theirs, and not only said. */
export async function hasProven(ctx: Reader, customerId: Id<'customers'>, address: string): Promise<boolean> {
  return ((await proofOf(ctx, customerId, address)) ?? 'claimed') !== 'claimed';
}

export async function externalIdOf(ctx: Reader, customer: Doc<'customers'>): Promise<string | null> {
  const [known] = await listIdentities(ctx, customer._id, 'external');
  return known?.value ?? customer.externalId ?? null;
}

/** Adds it, or raises its proof; true when that changed by what the customer is known. */
export async function noteIdentity(
  ctx: MutationCtx,
  customerId: Id<'customers'>,
  { proof, ...identity }: Identity & { proof: IdentityProof },
): Promise<boolean> {
  const known = await findIdentity(ctx, identity);
  if (known !== null) {
    if (known.customerId !== customerId || known.proof === proof) return false;
    await ctx.db.patch(known._id, { proof });
    return true;
  }
  await ctx.db.insert('customerIdentities', { customerId, ...identity, proof });
  return true;
}

/** It is nobody's any more. */
export async function forgetIdentity(ctx: MutationCtx, { _id }: Doc<'customerIdentities'>): Promise<void> {
  await ctx.db.delete(_id);
}

/** An address they give now takes the place of what they claimed before; what was proven stays. */
export async function claimEmail(
  ctx: MutationCtx,
  { _id: customerId, teamId, email: former }: Doc<'customers'>,
  value: string,
): Promise<boolean> {
  const known = await listIdentities(ctx, customerId, 'email');
  if (known.some((each) => each.value === value) || (known.length === 0 && former === value)) return false;
  for (const { _id, proof } of known) if (proof === 'claimed') await ctx.db.delete(_id);
  return noteIdentity(ctx, customerId, {
    teamId,
    kind: 'email',
    scope: customerId,
    value,
    proof: 'claimed',
  });
}

/** [M4] What was sent there came back for good, or arrived again (undefined). */
export async function setUnreachable(
  ctx: MutationCtx,
  customerId: Id<'customers'>,
  value: string,
  unreachable: string | undefined,
  kind: IdentityKind = 'email',
): Promise<void> {
  for (const identity of await listIdentities(ctx, customerId, kind)) {
    if (identity.value === value && identity.unreachable !== unreachable) {
      await ctx.db.patch(identity._id, { unreachable });
    }
  }
}

/** They have opened what was mailed there. What another customer has proven before stays theirs. */
export async function proveEmail(
  ctx: MutationCtx,
  { teamId, customerId }: Pick<Doc<'conversations'>, 'teamId' | 'customerId'>,
  value: string,
): Promise<void> {
  const proven = { teamId, kind: 'email' as const, scope: '', value };
  const owner = await findIdentity(ctx, proven);
  if (owner !== null && owner.customerId !== customerId) return;
  for (const { _id, value: known, proof } of await listIdentities(ctx, customerId, 'email')) {
    if (known === value && proof === 'claimed') await ctx.db.delete(_id);
  }
  await noteIdentity(ctx, customerId, { ...proven, proof: 'verified' });
}

/** Of one person: talks they began before their site said who they are. */
const maxRecords = 10;

/** [M9] Everybody whom a site's signed token named by this id, the first first: one person by proof. */
export function findRecords(
  ctx: Reader,
  { teamId, channelId, userId }: { teamId: Id<'teams'>; channelId: Id<'channels'>; userId: string },
): Promise<Doc<'customerIdentities'>[]> {
  return ctx.db
    .query('customerIdentities')
    .withIndex('by_teamId_and_kind_and_scope_and_value', (q) =>
      q.eq('teamId', teamId).eq('kind', 'user').eq('scope', channelId).eq('value', userId),
    )
    .take(maxRecords);
}

/** Which of a web chat's own users they are, by a signed token; null: nobody has shown it. */
export async function userOf(
  ctx: Reader,
  customerId: Id<'customers'>,
  channelId: Id<'channels'>,
): Promise<Doc<'customerIdentities'> | null> {
  const known = await listIdentities(ctx, customerId, 'user');
  return known.find(({ scope }) => scope === channelId) ?? null;
}

/** They are this user, whoever else is shown to be: their site says so. */
export async function noteUser(
  ctx: MutationCtx,
  customerId: Id<'customers'>,
  { teamId, channelId, userId: value }: { teamId: Id<'teams'>; channelId: Id<'channels'>; userId: string },
): Promise<void> {
  const user = { teamId, kind: 'user' as const, scope: channelId, value };
  await ctx.db.insert('customerIdentities', { customerId, ...user, proof: 'verified' });
}

/** A signed token says that this address is theirs. One that somebody else has proven stays theirs, too. */
export async function vouchForEmail(
  ctx: MutationCtx,
  { _id: customerId, teamId }: Doc<'customers'>,
  value: string,
): Promise<boolean> {
  const known = await listIdentities(ctx, customerId, 'email');
  const same = known.filter((each) => each.value === value);
  if (same.some(({ proof }) => proof === 'verified')) return false;
  if (known.length === maxIdentities && same.length === 0) return false;
  for (const { _id, proof } of same) if (proof === 'claimed') await ctx.db.delete(_id);
  const identity = { teamId, kind: 'email' as const, value, proof: 'verified' as const };
  const owner = await findIdentity(ctx, { ...identity, scope: '' });
  const scope = owner === null || owner.customerId === customerId ? '' : customerId;
  return noteIdentity(ctx, customerId, { ...identity, scope });
}
