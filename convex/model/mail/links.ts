/** Links in mails that prove their address on a web page (docs/rules.md M9). The only writer of `mailLinks`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { hashToken } from '../kit/secrets';

/** As long as a chat's session. */
const lifetimeMs = 60 * 86_400_000;

export async function makeMailLink(
  ctx: MutationCtx,
  {
    token,
    ...link
  }: { token: string; conversationId: Id<'conversations'>; address: string; mailId?: Id<'mails'> },
): Promise<void> {
  const tokenHash = await hashToken(token);
  await ctx.db.insert('mailLinks', { ...link, tokenHash, expiresAt: Date.now() + lifetimeMs });
}

/** Null for unknown and ended alike. It may be opened more than once: mail is read on several machines. */
export async function openMailLink(ctx: MutationCtx, token: string): Promise<Doc<'mailLinks'> | null> {
  const tokenHash = await hashToken(token);
  const link = await ctx.db
    .query('mailLinks')
    .withIndex('by_tokenHash', (q) => q.eq('tokenHash', tokenHash))
    .unique();
  return link === null || link.expiresAt <= Date.now() ? null : link;
}

/** Only what a provider took has reached its recipient: what lies in the local outbox is opened there, by the staff. */
export async function hasLeft(
  ctx: Pick<MutationCtx, 'db'>,
  { mailId }: Pick<Doc<'mailLinks'>, 'mailId'>,
): Promise<boolean> {
  const mail = mailId && (await ctx.db.get(mailId));
  return mail?.providerId !== undefined;
}

export async function sweepMailLinks(ctx: MutationCtx, count: number): Promise<number> {
  const over = await ctx.db
    .query('mailLinks')
    .withIndex('by_expiresAt', (q) => q.lt('expiresAt', Date.now()))
    .take(count);
  for (const { _id } of over) await ctx.db.delete(_id);
  return over.length;
}
