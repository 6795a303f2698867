/**
 * Messages under the ids that a messenger gave them (docs/rules.md M1, M2). The only writer of `chatMessages`.
 *
 * These providers know no key of ours, so a send says beforehand which of its parts it calls for, and afterwards what that became:
 * whatever dies in between leaves a row without an id, and only then does nobody know whether it arrived.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';

type Reader = Pick<QueryCtx, 'db'>;
type ChatMessage = Doc<'chatMessages'>;

/** More parts than any message has. */
const maxParts = 100;

/** In order. */
export function partsOf(ctx: Reader, entryId: Id<'entries'>): Promise<ChatMessage[]> {
  return ctx.db
    .query('chatMessages')
    .withIndex('by_entryId_and_part', (q) => q.eq('entryId', entryId))
    .take(maxParts);
}

/** Whether a part of it was called for and has not been reported. */
export async function isCalling(ctx: Reader, { entryId }: Pick<Doc<'outbox'>, 'entryId'>): Promise<boolean> {
  return (await partsOf(ctx, entryId)).some(({ providerId }) => providerId === undefined);
}

type Where = Pick<ChatMessage, 'teamId' | 'conversationId' | 'channelId' | 'entryId' | 'chat'>;

/** This part is called for now. Idempotent. */
export async function beginPart(ctx: MutationCtx, where: Where, part: number): Promise<void> {
  const known = await partAt(ctx, where.entryId, part);
  const at = Date.now();
  if (known === null) await ctx.db.insert('chatMessages', { ...where, direction: 'out', part, at });
  else await ctx.db.patch(known._id, { at });
}

/** The provider has taken it under this id. */
export async function endPart(
  ctx: MutationCtx,
  entryId: Id<'entries'>,
  part: number,
  providerId: string,
): Promise<void> {
  const known = await partAt(ctx, entryId, part);
  if (known !== null) await ctx.db.patch(known._id, { providerId });
}

/** It was refused: nothing of it has arrived, and it may be called for again. */
export async function forgetPart(ctx: MutationCtx, entryId: Id<'entries'>, part: number): Promise<void> {
  const known = await partAt(ctx, entryId, part);
  if (known !== null && known.providerId === undefined) await ctx.db.delete(known._id);
}

const partAt = (ctx: Reader, entryId: Id<'entries'>, part: number): Promise<ChatMessage | null> =>
  ctx.db
    .query('chatMessages')
    .withIndex('by_entryId_and_part', (q) => q.eq('entryId', entryId).eq('part', part))
    .unique();

/** What its provider tells of it. */
export async function noteTold(
  ctx: MutationCtx,
  { _id }: ChatMessage,
  told: Partial<Pick<ChatMessage, 'status' | 'pricing'>>,
): Promise<void> {
  await ctx.db.patch(_id, told);
}

/** What came in, beside its entry. */
export async function addReceived(ctx: MutationCtx, where: Where, providerId: string): Promise<void> {
  const part = (await partsOf(ctx, where.entryId)).length;
  await ctx.db.insert('chatMessages', { ...where, direction: 'in', part, providerId, at: Date.now() });
}

/** [C13] What somebody of the team said past Baton. */
export async function addOutside(ctx: MutationCtx, where: Where, providerId: string): Promise<void> {
  await ctx.db.insert('chatMessages', { ...where, direction: 'out', part: 0, providerId, at: Date.now() });
}

/** The message that a provider means by this id; null: none that is known. */
export function findMessage(
  ctx: Reader,
  { channelId, chat }: Pick<ChatMessage, 'channelId' | 'chat'>,
  providerId: string,
): Promise<ChatMessage | null> {
  return ctx.db
    .query('chatMessages')
    .withIndex('by_channelId_and_chat_and_providerId', (q) =>
      q.eq('channelId', channelId).eq('chat', chat).eq('providerId', providerId),
    )
    .first();
}
