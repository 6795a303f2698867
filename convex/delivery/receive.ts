/**
 * What a provider told becomes what it means (docs/rules.md M1): stored by the transaction that verified it, made sense of by a
 * job, each kind of channel in its folder. It may be done twice and changes nothing the second time.
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import { intakeMutation, internalAction, internalMutation, internalQuery } from '../functions';
import { stillStands, vKeptSecret, webhookSecrets } from '../model/delivery/channelSecrets';
import { finishEvent, retryEvent, retryFailed, storeEvent } from '../model/delivery/inboundEvents';
import { noteReceipt } from '../model/delivery/mail/receipts';
import { type ProviderKind, vProviderKind } from '../shared/conversation/channels';
import { vMailReceipt, vMailTold } from '../shared/delivery/mailEvents';
import { type Outcome, type Receiver, vMailOf, vOutcome, vTold } from './kinds';
import { receiveMail } from './mail/receiving';
import { receiveTelegram } from './telegram/receiving';
import { receiveWhatsapp } from './whatsapp/receiving';

const receivers: Record<ProviderKind, Receiver> = {
  email: receiveMail,
  telegram: receiveTelegram,
  whatsapp: receiveWhatsapp,
};

/** The channel behind an address, with the secrets of its webhook; null for everything else alike. */
export const secretsOf = internalQuery({
  args: { kind: vProviderKind, publicId: v.string() },
  returns: v.union(vTold, v.null()),
  handler: async (ctx, { kind, publicId }) => {
    const channel = await ctx.db
      .query('channels')
      .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
      .unique();
    if (channel?.kind !== kind) return null;
    const secrets = await webhookSecrets(ctx, channel._id);
    return { channelId: channel._id, teamId: channel.teamId, account: accountOf(channel), secrets };
  },
});

const accountOf = ({ telegram, whatsapp }: Doc<'channels'>): string | undefined =>
  telegram?.botId ?? whatsapp?.phoneNumberId;

/** False where it is known already; null, and nothing is stored, where the secret it was signed by is none of the channel's now. */
export const store = intakeMutation({
  args: {
    /** Absent: mail. */
    kind: v.optional(vProviderKind),
    channelId: v.id('channels'),
    teamId: v.id('teams'),
    key: v.string(),
    type: v.string(),
    payload: v.optional(v.string()),
    payloadFileId: v.optional(v.id('_storage')),
    receipt: v.optional(v.union(vMailReceipt, v.null())),
    received: v.optional(vMailTold),
    /** By which it was found to be the provider's, a moment ago. */
    signedBy: v.optional(vKeptSecret),
  },
  returns: v.union(v.boolean(), v.null()),
  handler: async (ctx, { signedBy, ...event }) => {
    if (signedBy !== undefined && !(await stillStands(ctx, signedBy))) return null;
    return storeEvent(ctx, event);
  },
});

export const process = internalAction({
  args: {
    eventId: v.id('inboundEvents'),
    /** The next one after that many; where somebody has tried it since, theirs counts. */
    attempts: v.optional(v.number()),
    mail: v.optional(vMailOf),
    /** Absent: mail. */
    kind: v.optional(vProviderKind),
  },
  returns: v.null(),
  handler: async (ctx, { kind = 'email', ...event }) => {
    const outcome = await receivers[kind](ctx, event).catch((thrown: unknown): Outcome => ({
      failure: `It could not be read: ${String(thrown)}`,
      isFinal: false,
    }));
    if (outcome === null) return null;
    await ctx.runMutation(internal.delivery.receive.finish, { eventId: event.eventId, outcome });
    return null;
  },
});

/** The long wait after that many tries is over; where somebody has tried it since, theirs counts. */
export const again = internalMutation({
  args: { eventId: v.id('inboundEvents'), attempts: v.number() },
  returns: v.null(),
  handler: async (ctx, { eventId, attempts }) => {
    const event = await ctx.db.get(eventId);
    if (event?.attempts === attempts) await retryEvent(ctx, event);
    return null;
  },
});

export const retryFailedOn = internalMutation({
  args: { channelId: v.id('channels'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { channelId, cursor }) => {
    const next = await retryFailed(ctx, channelId, cursor);
    if (next === null) return null;
    const page = { channelId, cursor: next.cursor };
    await ctx.scheduler.runAfter(next.afterMs, internal.delivery.receive.retryFailedOn, page);
    return null;
  },
});

/** A mail's receipt is read where it comes in (http/mail.ts), and needs no look at its event. */
export const receipt = internalMutation({
  args: { eventId: v.id('inboundEvents'), receipt: vMailReceipt },
  returns: v.null(),
  handler: async (ctx, { eventId, receipt: told }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') return null;
    const channel = (await ctx.db.get(event.channelId))!;
    const isOurs = await noteReceipt(ctx, channel, told);
    await finishEvent(ctx, event, { state: isOurs ? 'done' : 'ignored' });
    return null;
  },
});

export const finish = internalMutation({
  args: { eventId: v.id('inboundEvents'), outcome: vOutcome },
  returns: v.null(),
  handler: async (ctx, { eventId, outcome }) => {
    const event = await ctx.db.get(eventId);
    if (event !== null) await finishEvent(ctx, event, outcome);
    return null;
  },
});
