/**
 * What a lost webhook did not tell (docs/rules.md M1): the provider keeps every mail that came in, so the newest are asked for
 * now and then, and those nobody told of are taken in as if somebody had.
 */
import { v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type ActionCtx, internalAction, internalMutation, internalQuery } from '../../functions';
import { readSecret } from '../../model/delivery/channelSecrets';
import { keptMs, storeEvent } from '../../model/delivery/inboundEvents';
import { closedDesk } from '../../model/kit/closed';
import { receivedKey, receivedType } from '../../shared/delivery/mailEvents';
import { inTime } from '../provider';
import { clientFor } from './resend';

/** Most that one request gives. */
const pageSize = 100;
/** More than an account is told in a day. */
const maxPages = 50;
const dayMs = 86_400_000;
const maxChannels = 1_000;

export const missed = internalAction({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    if (closedDesk() !== null) return 0;
    let found = 0;
    for (const account of await ctx.runQuery(internal.delivery.mail.reconcile.accounts, {})) {
      found += await missedOn(ctx, account);
    }
    return found;
  },
});

/** A page that holds nothing new ends it: what is older was looked at before. */
async function missedOn(
  ctx: ActionCtx,
  { apiKey, channelIds }: { apiKey: string; channelIds: Id<'channels'>[] },
): Promise<number> {
  let found = 0;
  let after: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const listed = await listFrom(apiKey, after);
    const mails = page === 0 ? listed.mails : listed.mails.filter(({ at }) => at > Date.now() - dayMs);
    const before = found;
    for (const channelId of channelIds) {
      found += await ctx.runMutation(internal.delivery.mail.reconcile.takeIn, { channelId, mails });
    }
    after = mails.at(-1)?.id;
    if (found === before || mails.length < listed.mails.length || !listed.hasMore) break;
  }
  return found;
}

/** Newest first. None where the provider does not say: it is asked again the next time. */
async function listFrom(
  apiKey: string,
  after: string | undefined,
): Promise<{ mails: { id: string; at: number }[]; hasMore: boolean }> {
  const { receiving } = clientFor(apiKey).emails;
  const asked = { limit: pageSize, ...(after === undefined ? {} : { after }) };
  const answer = await inTime((signal) => receiving.list(asked, { signal })).catch(() => null);
  const { data = [], has_more: hasMore = false } = answer?.data ?? {};
  // Of an instant that cannot be read nothing is concluded.
  const instantOf = (text: string) => Date.parse(text) || Date.now();
  return { mails: data.map(({ id, created_at: at }) => ({ id, at: instantOf(at) })), hasMore };
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

/**
 * Those that came since there is this channel, and so lately that what was known of them still is; that changes nothing. Where it is forwarded from, a mail does not
 * name its address: for whom it came the provider says when it is fetched.
 */
export const takeIn = internalMutation({
  args: {
    channelId: v.id('channels'),
    mails: v.array(v.object({ id: v.string(), at: v.number() })),
  },
  returns: v.number(),
  handler: async (ctx, { channelId, mails }) => {
    const channel = await ctx.db.get(channelId);
    if (channel?.mail === undefined) return 0;
    const { teamId, _creationTime: madeAt } = channel;
    const since = Math.max(madeAt, Date.now() - keptMs + dayMs);
    let found = 0;
    // Oldest first, as they came.
    for (const { id } of mails.filter(({ at }) => at >= since).toReversed()) {
      const payload = JSON.stringify({ type: receivedType, data: { email_id: id } });
      const event = { channelId, teamId, key: receivedKey(id), type: receivedType, payload };
      if (await storeEvent(ctx, event)) found++;
    }
    return found;
  },
});
