/** What opens the provider's side of a channel (docs/rules.md R3). The only writer of `channelSecrets`; nothing shows one again. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { hashToken, seal, unseal } from '../kit/secrets';

type Name = Doc<'channelSecrets'>['name'];

function find(ctx: Pick<QueryCtx, 'db'>, channelId: Id<'channels'>, name: Name) {
  return ctx.db
    .query('channelSecrets')
    .withIndex('by_channelId_and_name', (q) => q.eq('channelId', channelId).eq('name', name))
    .unique();
}

/** Undefined: none is set. */
export async function readSecret(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
  name: Name,
): Promise<string | undefined> {
  const kept = await find(ctx, channelId, name);
  return kept === null ? undefined : unseal(kept.sealed, `${channelId}.${name}`);
}

export async function hasSecret(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
  name: Name,
): Promise<boolean> {
  return (await find(ctx, channelId, name)) !== null;
}

/** Empty: taken out. */
export async function setSecret(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  name: Name,
  secret: string,
): Promise<void> {
  const kept = await find(ctx, channelId, name);
  if (secret === '') return kept === null ? undefined : ctx.db.delete(kept._id);
  const sealed = await seal(secret, `${channelId}.${name}`);
  if (kept === null) await ctx.db.insert('channelSecrets', { channelId, name, sealed });
  else await ctx.db.patch(kept._id, { sealed });
}

/** By what the sends of one provider's account are paced together, whatever channel they leave by. */
export const accountOfKey = (apiKey: string): Promise<string> => hashToken(`account ${apiKey}`);
