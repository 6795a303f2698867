/** [M7] The 24 hours as WhatsApp counts them, where it and the desk do not agree. */
import type { Doc } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { windowMs } from '../../../shared/whatsapp/window';
import { changeThread, threadOf } from '../chatThreads';

/**
 * What was sent at `sentAt`, the last call by default, was refused since they had closed: where one writes it is said, and only a
 * template is taken. What the customer has written since then has begun them anew.
 */
export async function closeWindow(
  ctx: MutationCtx,
  { conversationId, channelId }: Pick<Doc<'outbox'>, 'conversationId' | 'channelId'>,
  sentAt?: number,
): Promise<void> {
  const thread = channelId && (await threadOf(ctx, conversationId, channelId));
  if (!thread) return;
  const { lastReceivedAt = 0, lastSentAt = 0 } = thread;
  const now = Date.now();
  if (lastReceivedAt > (sentAt ?? lastSentAt) || lastReceivedAt <= now - windowMs) return;
  await changeThread(ctx, thread, { lastReceivedAt: now - windowMs });
}
