/** What opens the provider's side of a channel (docs/rules.md R3). The only writer of `channelSecrets`; nothing shows one again. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { hashToken, seal, unseal } from '../kit/secrets';

type Name = Exclude<Doc<'channelSecrets'>['name'], 'formerWebhookSecret'>;

function named(ctx: Pick<QueryCtx, 'db'>, channelId: Id<'channels'>, name: Doc<'channelSecrets'>['name']) {
  return ctx.db
    .query('channelSecrets')
    .withIndex('by_channelId_and_name', (q) => q.eq('channelId', channelId).eq('name', name));
}

const find = (ctx: Pick<QueryCtx, 'db'>, channelId: Id<'channels'>, name: Name) =>
  named(ctx, channelId, name).unique();

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

/** The newest, and more than are given in a day: each costs a hash of whatever is said to be signed. */
const maxFormer = 3;
/** A provider that was given a new one signs by the old one for a while, and what is under way was signed before. */
const formerMs = 86_400_000;

export interface WebhookSecret {
  secret: string;
  /** Absent: it is the present one. */
  expiresAt?: number | undefined;
  /** Where it is kept, and as what: by that it is known again without being opened. */
  kept: KeptSecret;
}

export const vKeptSecret = v.object({ secretId: v.id('channelSecrets'), sealed: v.string() });
export type KeptSecret = Infer<typeof vKeptSecret>;

/** False: it was taken out or changed since it was read. */
export async function stillStands(
  ctx: Pick<QueryCtx, 'db'>,
  { secretId, sealed }: KeptSecret,
): Promise<boolean> {
  const secret = await ctx.db.get(secretId);
  return secret?.sealed === sealed;
}

/** Whoever signs by one of these, and before its end, is the provider. */
export async function webhookSecrets(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
): Promise<WebhookSecret[]> {
  const present = await find(ctx, channelId, 'webhookSecret');
  const former = await named(ctx, channelId, 'formerWebhookSecret').take(maxFormer);
  const all = [...(present === null ? [] : [present]), ...former];
  return Promise.all(
    all.map(async ({ _id: secretId, name, sealed, expiresAt }) => ({
      secret: await unseal(sealed, `${channelId}.${name}`),
      expiresAt,
      kept: { secretId, sealed },
    })),
  );
}

/** Empty: taken out, and former ones with it. */
export async function setSecret(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  name: Name,
  secret: string,
): Promise<void> {
  const kept = await find(ctx, channelId, name);
  if (secret === '') return takeOut(ctx, channelId, name);
  const before = kept && (await unseal(kept.sealed, `${channelId}.${name}`));
  if (before === secret) return;
  if (before !== null && name === 'webhookSecret') await keepFormer(ctx, channelId, before);
  const sealed = await seal(secret, `${channelId}.${name}`);
  if (kept === null) await ctx.db.insert('channelSecrets', { channelId, name, sealed });
  else await ctx.db.patch(kept._id, { sealed });
}

async function keepFormer(ctx: MutationCtx, channelId: Id<'channels'>, secret: string): Promise<void> {
  const name = 'formerWebhookSecret' as const;
  const former = await named(ctx, channelId, name).take(maxFormer);
  if (former.length === maxFormer) await ctx.db.delete(former[0]!._id);
  const sealed = await seal(secret, `${channelId}.${name}`);
  const expiresAt = Date.now() + formerMs;
  await ctx.db.insert('channelSecrets', { channelId, name, sealed, expiresAt });
}

async function takeOut(ctx: MutationCtx, channelId: Id<'channels'>, name: Name): Promise<void> {
  const names = name === 'webhookSecret' ? ([name, 'formerWebhookSecret'] as const) : [name];
  for (const each of names)
    for (const { _id } of await named(ctx, channelId, each).take(maxFormer)) await ctx.db.delete(_id);
}

export async function sweepSecrets(ctx: MutationCtx, count: number): Promise<number> {
  const over = await ctx.db
    .query('channelSecrets')
    .withIndex('by_expiresAt', (q) => q.gt('expiresAt', 0).lt('expiresAt', Date.now() + 1))
    .take(count);
  for (const { _id } of over) await ctx.db.delete(_id);
  return over.length;
}

/** By what the sends of one provider's account are paced together, whatever channel they leave by. */
export const accountOfKey = (apiKey: string): Promise<string> => hashToken(`account ${apiKey}`);
