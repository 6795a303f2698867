/**
 * What a lost webhook did not tell (docs/rules.md M1): the provider keeps every mail that came in, so the newest are asked for
 * now and then, and those nobody told of are taken in as if somebody had.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction, internalMutation, internalQuery } from '../functions';
import { readSecret } from '../model/delivery/channelSecrets';
import { storeEvent } from '../model/delivery/inboundEvents';
import { closedDesk } from '../model/kit/closed';
import { receivedKey } from '../shared/delivery/mailEvents';
import { clientFor, inTime } from './resend';

/** Most that one request gives, and more than come in between two. */
const newest = 100;
const maxChannels = 1_000;

export const missed = internalAction({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    if (closedDesk() !== null) return 0;
    let found = 0;
    for (const { apiKey, channelIds } of await ctx.runQuery(internal.delivery.reconcile.accounts, {})) {
      const mails = await newestOf(apiKey);
      for (const channelId of channelIds) {
        found += await ctx.runMutation(internal.delivery.reconcile.takeIn, { channelId, mails });
      }
    }
    return found;
  },
});

/** None where the provider does not say: it is asked again the next time. */
async function newestOf(apiKey: string): Promise<{ id: string; to: string[] }[]> {
  const { receiving } = clientFor(apiKey).emails;
  const answer = await inTime((signal) => receiving.list({ limit: newest }, { signal })).catch(() => null);
  return (answer?.data?.data ?? []).map(({ id, to }) => ({ id, to }));
}

/** Keys that several channels share are asked once. */
export const accounts = internalQuery({
  args: {},
  returns: v.array(v.object({ apiKey: v.string(), channelIds: v.array(v.id('channels')) })),
  handler: async (ctx) => {
    const active = await ctx.db
      .query('channels')
      .withIndex('by_active', (q) => q.eq('active', true))
      .take(maxChannels);
    const withKey = active.filter(({ kind, account }) => kind === 'email' && account !== undefined);
    const groups = Map.groupBy(withKey, ({ account }) => account!);
    return Promise.all(
      [...groups.values()].map(async (channels) => ({
        apiKey: (await readSecret(ctx, channels[0]!._id, 'apiKey')) ?? '',
        channelIds: channels.map(({ _id }) => _id),
      })),
    );
  },
});

/** Those that came to this channel's domain; what is known already changes nothing. */
export const takeIn = internalMutation({
  args: {
    channelId: v.id('channels'),
    mails: v.array(v.object({ id: v.string(), to: v.array(v.string()) })),
  },
  returns: v.number(),
  handler: async (ctx, { channelId, mails }) => {
    const channel = await ctx.db.get(channelId);
    if (channel?.mail === undefined) return 0;
    const domain = `@${channel.mail.replyAddress.split('@')[1]}`;
    const mine = mails.filter(({ to }) => to.some((each) => each.toLowerCase().includes(domain)));
    let found = 0;
    // Oldest first, as they came.
    for (const { id } of mine.toReversed()) {
      const payload = JSON.stringify({ type: 'email.received', data: { email_id: id } });
      const event = {
        channelId,
        teamId: channel.teamId,
        key: receivedKey(id),
        type: 'email.received',
        payload,
      };
      if (await storeEvent(ctx, event)) found++;
    }
    return found;
  },
});
