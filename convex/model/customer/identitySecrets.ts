/**
 * What a site signs its customers' identities with (docs/rules.md M9, R3): made here, shown once, kept sealed, two at most. The
 * only writer of `identitySecrets`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { between } from '../../shared/kit/text';
import { appError } from '../kit/errors';
import { newToken, seal, unseal } from '../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;

const maxSecrets = 2;
const prefix = 'bi_';
const endingLength = 4;
/** That one is in use is worth knowing to the hour, and no write a token. */
const noteUseEveryMs = 3_600_000;

export function listIdentitySecrets(
  ctx: Reader,
  channelId: Id<'channels'>,
): Promise<Doc<'identitySecrets'>[]> {
  return ctx.db
    .query('identitySecrets')
    .withIndex('by_channelId', (q) => q.eq('channelId', channelId))
    .take(maxSecrets);
}

/** To check what is signed by one of them. */
export async function openIdentitySecrets(
  ctx: Reader,
  channelId: Id<'channels'>,
): Promise<{ secretId: Id<'identitySecrets'>; secret: string }[]> {
  const kept = await listIdentitySecrets(ctx, channelId);
  return Promise.all(
    kept.map(async ({ _id, sealed }) => ({
      secretId: _id,
      secret: await unseal(sealed, sealedFor(channelId)),
    })),
  );
}

const sealedFor = (channelId: Id<'channels'>) => `${channelId}.identity`;

/** The secret itself: nothing shows it again. */
export async function addIdentitySecret(
  ctx: MutationCtx,
  { _id: channelId, teamId }: Doc<'channels'>,
): Promise<string> {
  if ((await listIdentitySecrets(ctx, channelId)).length === maxSecrets) {
    throw appError('INVALID_INPUT', 'Two secrets are active already: withdraw one of them first.');
  }
  const secret = `${prefix}${newToken()}`;
  const sealed = await seal(secret, sealedFor(channelId));
  await ctx.db.insert('identitySecrets', {
    teamId,
    channelId,
    sealed,
    ending: between(secret, secret.length - endingLength, secret.length),
  });
  return secret;
}

/** What it signed is refused from now on; who came by it stays, until their session ends. */
export function removeIdentitySecret(ctx: MutationCtx, secretId: Id<'identitySecrets'>): Promise<void> {
  return ctx.db.delete(secretId);
}

export async function noteUse(ctx: MutationCtx, secretId: Id<'identitySecrets'>): Promise<void> {
  const kept = await ctx.db.get(secretId);
  const now = Date.now();
  if (kept !== null && now - (kept.usedAt ?? 0) >= noteUseEveryMs)
    await ctx.db.patch(secretId, { usedAt: now });
}
