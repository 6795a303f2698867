/** What operators see of a conversation on WhatsApp (docs/rules.md M7): until when they may write, and what it has cost. */
import { type Infer, v } from 'convex/values';
import type { Doc } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import { vCost } from '../../../shared/whatsapp/costs';
import { windowMs } from '../../../shared/whatsapp/window';
import { threadsOf } from '../chatThreads';

export const vWhatsappOfConversation = v.object({
  channelId: v.id('channels'),
  /** The number their messages come in at, as people dial it. */
  number: v.string(),
  /** Until when anything may be written; null: only templates, since they have never written. */
  windowEndsAt: v.union(v.number(), v.null()),
  /** Messages that WhatsApp bills, by its categories. */
  costs: v.array(vCost),
  /** Nothing leaves by the number now, in words. */
  trouble: v.union(v.string(), v.null()),
});

export async function readWhatsapp(
  ctx: Pick<QueryCtx, 'db'>,
  { _id }: Doc<'conversations'>,
): Promise<Infer<typeof vWhatsappOfConversation> | null> {
  for (const { channelId, lastReceivedAt, costs = [] } of await threadsOf(ctx, _id)) {
    const channel = await ctx.db.get(channelId);
    if (channel?.kind !== 'whatsapp') continue;
    return {
      channelId,
      number: channel.whatsapp?.number ?? '',
      windowEndsAt: lastReceivedAt === undefined ? null : lastReceivedAt + windowMs,
      costs,
      trouble: channel.active ? null : (channel.trouble?.said ?? 'The number is paused.'),
    };
  }
  return null;
}
