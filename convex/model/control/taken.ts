/**
 * What a channel takes at all (docs/rules.md M7, E2): asked in the transaction that accepts a message, so that nothing is stored that
 * could never leave.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { mostBytesOn } from '../../shared/conversation/attachments';
import type { ChannelKind } from '../../shared/conversation/channels';
import { mediaOf, notTaken } from '../../shared/whatsapp/media';
import { isWindowOpen, windowClosed } from '../../shared/whatsapp/window';
import type { CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';

interface Leaving {
  channel: ChannelKind;
  channelId: Id<'channels'> | undefined;
  attachments: readonly Doc<'attachments'>[];
  /** Words that the provider has approved: they leave at any time. */
  isTemplate: boolean;
}

const tooHeavy = 'The files of one mail have at most 25 MB together.';

/** Throws INVALID_INPUT for files, WINDOW_CLOSED where only a template would be taken. */
export async function requireTaken(
  ctx: CaseCtx,
  { _id: conversationId }: Doc<'conversations'>,
  { channel, channelId, attachments, isTemplate }: Leaving,
): Promise<void> {
  const bytes = attachments.reduce((sum, { size }) => sum + size, 0);
  if (bytes > mostBytesOn(channel)) throw appError('INVALID_INPUT', tooHeavy);
  if (channel !== 'whatsapp') return;
  const strange = attachments.find((file) => mediaOf(file) === null);
  if (strange !== undefined) throw appError('INVALID_INPUT', notTaken(strange.name));
  if (isTemplate || channelId === undefined) return;
  const thread = await ctx.db
    .query('chatThreads')
    .withIndex('by_conversationId_and_channelId', (q) =>
      q.eq('conversationId', conversationId).eq('channelId', channelId),
    )
    .first();
  if (!isWindowOpen(thread?.lastReceivedAt, Date.now())) throw appError('WINDOW_CLOSED', windowClosed);
}
