/** Addresses that mail does not go to any more, or is not taken from (docs/rules.md M4). The only writer of `mailSuppressions`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';

type Suppression = Doc<'mailSuppressions'>;

export function findSuppression(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  address: string,
): Promise<Suppression | null> {
  return ctx.db
    .query('mailSuppressions')
    .withIndex('by_teamId_and_address', (q) => q.eq('teamId', teamId).eq('address', address))
    .unique();
}

/** Those of these addresses that mail goes to. */
export async function writtenAmong(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  addresses: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(addresses.map((address) => findSuppression(ctx, teamId, address)));
  return addresses.filter((_, each) => found[each]?.isClaimed ?? found[each] === null);
}

/** How a person has blocked it; null: it is heard. `isProven`: its domain vouches for what came from it. */
export async function findBlock(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  { address, isProven }: { address: string; isProven: boolean },
): Promise<Suppression | null> {
  const known = await findSuppression(ctx, teamId, address);
  return known?.reason === 'blocked' && !(isProven && known.isClaimed) ? known : null;
}

/** What a person blocked stays blocked, whatever comes back later. */
export async function suppress(
  ctx: MutationCtx,
  told: Pick<Suppression, 'teamId' | 'address' | 'reason' | 'detail'>,
): Promise<void> {
  const known = await findSuppression(ctx, told.teamId, told.address);
  if (known === null) await ctx.db.insert('mailSuppressions', { ...told, since: Date.now() });
  else if (known.reason !== 'blocked') await ctx.db.patch(known._id, { ...told, since: Date.now() });
}

/** It is written to and heard again. */
export async function liftSuppression(ctx: MutationCtx, teamId: Id<'teams'>, address: string): Promise<void> {
  const known = await findSuppression(ctx, teamId, address);
  if (known !== null) await ctx.db.delete(known._id);
}

/** A mail from there shows that somebody is there, whatever came back before. */
export async function liftBounce(ctx: MutationCtx, teamId: Id<'teams'>, address: string): Promise<void> {
  const known = await findSuppression(ctx, teamId, address);
  if (known?.reason === 'bounced') await ctx.db.delete(known._id);
}

/**
 * By a person: nothing that comes from it is taken in; of what is `spam`, the thread is named that keeps it. `proof`: how far the
 * address is known to be the blocked one's; whoever only claimed it takes nothing away from its owner.
 */
export async function block(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  { value: address, proof }: Pick<Doc<'customerIdentities'>, 'value' | 'proof'>,
  spam?: Suppression['spam'],
): Promise<void> {
  const known = await findSuppression(ctx, teamId, address);
  const isBlocked = known?.reason === 'blocked';
  const isClaimed = proof === 'claimed' && (!isBlocked || known.isClaimed) ? (true as const) : undefined;
  if (isBlocked && spam === undefined && known.isClaimed === isClaimed) return;
  const since = Date.now();
  const kept = spam ?? (isBlocked ? known.spam : undefined);
  const blocked = {
    teamId,
    address,
    reason: 'blocked' as const,
    detail: undefined,
    since,
    isClaimed,
    spam: kept,
  };
  if (known === null) await ctx.db.insert('mailSuppressions', blocked);
  else await ctx.db.patch(known._id, blocked);
}
