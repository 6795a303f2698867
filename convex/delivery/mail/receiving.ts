/**
 * What Resend told becomes what it means (docs/rules.md M1, M3, M4): a mail is fetched and read here, where it holds nobody up,
 * and taken by one transaction.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { type ActionCtx, internalMutation, internalQuery, type QueryCtx } from '../../functions';
import { readSecret } from '../../model/delivery/channelSecrets';
import { finishEvent, forgetFiles, keepRaw } from '../../model/delivery/inboundEvents';
import { acceptMail } from '../../model/delivery/mail/accept';
import { listChannels, listChannelsOn } from '../../model/kit/channels';
import { readReceipt, readReceived, receivedType } from '../../shared/delivery/mailEvents';
import { vReceivedMail } from '../../shared/delivery/receivedMail';
import type { Outcome, Receiver, ToldOnce } from '../kinds';
import { payloadText } from '../payloads';
import { fetchMail } from './fetchMail';

const vWaiting = v.object({
  type: v.string(),
  payload: v.union(v.string(), v.null()),
  payloadFileId: v.union(v.id('_storage'), v.null()),
  channelId: v.id('channels'),
});

/** Null: it does not wait any more. */
export const read = internalQuery({
  args: { eventId: v.id('inboundEvents'), attempts: v.optional(v.number()) },
  returns: v.union(vWaiting, v.null()),
  handler: async (ctx, { eventId, attempts }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') return null;
    if (attempts !== undefined && event.attempts !== attempts) return null;
    const { type, payload = null, payloadFileId = null, channelId } = event;
    return { type, payload, payloadFileId, channelId };
  },
});

const vChannel = v.object({
  apiKey: v.union(v.string(), v.null()),
  address: v.string(),
  replyAddress: v.string(),
  /** Every address of the team: what comes from one is our own, and none of them is a copy. */
  ours: v.array(v.string()),
  /** The addresses of the account's other channels. */
  others: v.array(v.string()),
});

/** What is alike for all mails of a channel is asked for apart: of a hundred that come at once it is read once. */
export const channelOf = internalQuery({
  args: { channelId: v.id('channels') },
  returns: v.union(vChannel, v.null()),
  handler: async (ctx, { channelId }) => {
    const channel = await ctx.db.get(channelId);
    if (channel?.mail === undefined) return null;
    const { address, replyAddress } = channel.mail;
    return {
      apiKey: (await readSecret(ctx, channelId, 'apiKey')) ?? null,
      address,
      replyAddress,
      others: await otherAddresses(ctx, channel),
      ours: await ownAddresses(ctx, channel),
    };
  },
});

async function otherAddresses(ctx: QueryCtx, { _id, account }: Doc<'channels'>): Promise<string[]> {
  if (account === undefined) return [];
  const channels = await listChannelsOn(ctx, account);
  return channels.flatMap(({ _id: other, mail }) => (other === _id ? [] : addressesOf(mail)));
}

async function ownAddresses(ctx: QueryCtx, { teamId }: Doc<'channels'>): Promise<string[]> {
  const channels = await listChannels(ctx, teamId);
  return channels.flatMap(({ mail }) => addressesOf(mail));
}

const addressesOf = (mail: Doc<'channels'>['mail']): string[] =>
  mail === undefined ? [] : [mail.address, mail.replyAddress];

export const receiveMail: Receiver = async (ctx, { eventId, attempts, mail }) => {
  if (mail !== undefined) return takeIn(ctx, eventId, mail);
  const event: Infer<typeof vWaiting> | null = await ctx.runQuery(internal.delivery.mail.receiving.read, {
    eventId,
    attempts,
  });
  if (event === null) return null;
  const body = await payloadText(ctx, event);
  if (event.type === receivedType) {
    const told = readReceived(body);
    if (told === null) return { failure: 'A mail was told of without its id.', isFinal: true };
    return takeIn(ctx, eventId, { channelId: event.channelId, told });
  }
  const receipt = readReceipt(body);
  if (receipt === null) return { state: 'ignored' };
  await ctx.runMutation(internal.delivery.receive.receipt, { eventId, receipt });
  return null;
};

async function takeIn(
  ctx: ActionCtx,
  eventId: Id<'inboundEvents'>,
  { channelId, told }: NonNullable<ToldOnce['mail']>,
): Promise<Outcome | null> {
  const asked = { channelId };
  const channel: Infer<typeof vChannel> | null = await ctx.runQuery(
    internal.delivery.mail.receiving.channelOf,
    asked,
  );
  if (channel === null) return null;
  const fetched = await fetchMail(ctx, channel, told);
  if (fetched === null) return { state: 'ignored' };
  if ('failure' in fetched) return { isFinal: false, ...fetched };
  const taken = { eventId, mail: fetched };
  await ctx.runMutation(internal.delivery.mail.receiving.accept, taken).catch(async (thrown: unknown) => {
    await ctx.runMutation(internal.delivery.mail.receiving.forget, taken);
    throw thrown;
  });
  return null;
}

export const accept = internalMutation({
  args: { eventId: v.id('inboundEvents'), mail: vReceivedMail },
  returns: v.null(),
  handler: async (ctx, { eventId, mail }) => {
    const event = await ctx.db.get(eventId);
    if (event === null) return null;
    if (event.state !== 'waiting') {
      await forgetFiles(ctx, event, mail);
      return null;
    }
    const channel = (await ctx.db.get(event.channelId))!;
    const { state, isMessage } = await acceptMail(ctx, channel, mail);
    if (!isMessage) await keepRaw(ctx, event, mail);
    const { automatic, from, subject } = mail;
    const isAutomatic = automatic !== null && state === 'ignored';
    const about = isAutomatic && { from: from?.address ?? '', subject, reason: automatic.reason };
    await finishEvent(ctx, event, about ? { state: 'automatic', automatic: about } : { state });
    return null;
  },
});

/** It could not be taken: the next try stores it anew. */
export const forget = internalMutation({
  args: { eventId: v.id('inboundEvents'), mail: vReceivedMail },
  returns: v.null(),
  handler: async (ctx, { eventId, mail }) => {
    const event = await ctx.db.get(eventId);
    if (event !== null) await forgetFiles(ctx, event, mail);
    return null;
  },
});
