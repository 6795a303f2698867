/** The transaction before a send to WhatsApp: what it leaves with (docs/rules.md M2, M7, M8, C11). */
import { type Infer, v } from 'convex/values';
import { internalMutation } from '../../functions';
import { prolongLease } from '../../model/conversation/outbox';
import { isUnderWay } from '../../model/delivery/drain';
import { pauseFor } from '../../model/delivery/troubles';
import { gatherWhatsapp, vWhatsappFacts } from '../../model/delivery/whatsapp/outgoing';
import { uploadMs } from './graph';

const vPrepared = v.union(
  vWhatsappFacts,
  v.object({ refused: v.string() }),
  v.object({ waitsFor: v.string() }),
  /** It is no longer this carrier's. */
  v.null(),
);
export type Prepared = Infer<typeof vPrepared>;

export const prepare = internalMutation({
  args: { outboxId: v.id('outbox'), attempt: v.number() },
  returns: vPrepared,
  handler: async (ctx, { outboxId, attempt }) => {
    const row = await ctx.db.get(outboxId);
    if (!isUnderWay(row, attempt)) return null;
    const channel = row.channelId === undefined ? null : await ctx.db.get(row.channelId);
    if (channel?.kind !== 'whatsapp') return { refused: 'This desk has no such channel.' };
    // Of what nobody knows the outcome of only the provider tells.
    return row.state === 'unknown' ? null : gatherWhatsapp(ctx, row, channel);
  },
});

/** A file of it is brought there, which is no send yet. False: it is no longer this carrier's. */
export const bringsFile = internalMutation({
  args: { outboxId: v.id('outbox'), attempt: v.number() },
  returns: v.boolean(),
  handler: async (ctx, { outboxId, attempt }) => {
    const row = await ctx.db.get(outboxId);
    if (!isUnderWay(row, attempt)) return false;
    await prolongLease(ctx, row, uploadMs);
    return true;
  },
});

/** The token or the account is refused: nothing else would leave either, until somebody looks. */
export const stop = internalMutation({
  args: { outboxId: v.id('outbox'), said: v.string() },
  returns: v.null(),
  handler: async (ctx, { outboxId, said }) => {
    const row = await ctx.db.get(outboxId);
    const channel = row?.channelId === undefined ? null : await ctx.db.get(row.channelId);
    if (channel !== null) await pauseFor(ctx, channel, said);
    return null;
  },
});
