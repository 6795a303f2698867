/**
 * What a provider told becomes what it means (docs/rules.md M1, M3, M4): a mail is fetched and read here, where it holds nobody
 * up, and taken by one transaction. It may be done twice and changes nothing the second time.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import {
  type ActionCtx,
  intakeMutation,
  internalAction,
  internalMutation,
  internalQuery,
  type QueryCtx,
} from '../functions';
import { readSecret, webhookSecrets } from '../model/delivery/channelSecrets';
import { listChannels, listChannelsOn } from '../model/kit/channels';
import {
  finishEvent,
  forgetFiles,
  keepRaw,
  retryEvent,
  retryFailed,
  storeEvent,
} from '../model/delivery/inboundEvents';
import { acceptMail } from '../model/delivery/accept';
import { noteReceipt } from '../model/delivery/receipts';
import { readReceipt, readReceived, receivedType, vMailReceipt } from '../shared/delivery/mailEvents';
import { vReceivedMail } from '../shared/delivery/receivedMail';
import { fetchMail } from './fetchMail';

/** The channel behind an address, with the secrets of its webhook; null for everything else alike. */
export const secretsOf = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(
    v.object({
      channelId: v.id('channels'),
      teamId: v.id('teams'),
      secrets: v.array(v.object({ secret: v.string(), expiresAt: v.optional(v.number()) })),
    }),
    v.null(),
  ),
  handler: async (ctx, { publicId }) => {
    const channel = await ctx.db
      .query('channels')
      .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
      .unique();
    if (channel?.kind !== 'email') return null;
    const secrets = await webhookSecrets(ctx, channel._id);
    return { channelId: channel._id, teamId: channel.teamId, secrets };
  },
});

/** False where it is known already. */
export const store = intakeMutation({
  args: {
    channelId: v.id('channels'),
    teamId: v.id('teams'),
    key: v.string(),
    type: v.string(),
    payload: v.optional(v.string()),
    payloadFileId: v.optional(v.id('_storage')),
    receipt: v.optional(v.union(vMailReceipt, v.null())),
  },
  returns: v.boolean(),
  handler: (ctx, event) => storeEvent(ctx, event),
});

const vWaiting = v.union(
  v.object({
    type: v.string(),
    payload: v.union(v.string(), v.null()),
    payloadFileId: v.union(v.id('_storage'), v.null()),
    channelId: v.id('channels'),
    apiKey: v.union(v.string(), v.null()),
    address: v.string(),
    replyAddress: v.string(),
    /** Every address of the team: what comes from one is our own, and none of them is a copy. */
    ours: v.array(v.string()),
    /** The addresses of the account's other channels. */
    others: v.array(v.string()),
  }),
  v.null(),
);

export const read = internalQuery({
  args: { eventId: v.id('inboundEvents'), attempts: v.optional(v.number()) },
  returns: vWaiting,
  handler: async (ctx, { eventId, attempts }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') return null;
    if (attempts !== undefined && event.attempts !== attempts) return null;
    const channel = await ctx.db.get(event.channelId);
    if (channel?.mail === undefined) return null;
    const apiKey = await readSecret(ctx, channel._id, 'apiKey');
    const { address, replyAddress } = channel.mail;
    return {
      type: event.type,
      payload: event.payload ?? null,
      payloadFileId: event.payloadFileId ?? null,
      channelId: channel._id,
      apiKey: apiKey ?? null,
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

/** `attempts`: the next one after that many; where somebody has tried it since, theirs counts. */
export const process = internalAction({
  args: { eventId: v.id('inboundEvents'), attempts: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { eventId, attempts }) => {
    const event = await ctx.runQuery(internal.delivery.receive.read, { eventId, attempts });
    if (event === null) return null;
    const outcome = await makeSense(ctx, eventId, event).catch((thrown: unknown): Outcome => ({
      failure: `It could not be read: ${String(thrown)}`,
      isFinal: false,
    }));
    if (outcome !== null) await ctx.runMutation(internal.delivery.receive.finish, { eventId, outcome });
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

type Waiting = NonNullable<Infer<typeof vWaiting>>;

const vOutcome = v.union(
  v.object({ state: v.union(v.literal('done'), v.literal('ignored')) }),
  v.object({ failure: v.string(), isFinal: v.boolean() }),
);
type Outcome = Infer<typeof vOutcome>;

/** Null: the transaction that took it has finished the event as well. */
async function makeSense(
  ctx: ActionCtx,
  eventId: Id<'inboundEvents'>,
  event: Waiting,
): Promise<Outcome | null> {
  const body = event.payload ?? (await textOf(ctx, event.payloadFileId));
  if (event.type === receivedType) {
    const told = readReceived(body);
    if (told === null) return { failure: 'A mail was told of without its id.', isFinal: true };
    const fetched = await fetchMail(ctx, event, told);
    if (fetched === null) return { state: 'ignored' };
    if ('failure' in fetched) return { isFinal: false, ...fetched };
    const taken = { eventId, mail: fetched };
    await ctx.runMutation(internal.delivery.receive.accept, taken).catch(async (thrown: unknown) => {
      await ctx.runMutation(internal.delivery.receive.forget, taken);
      throw thrown;
    });
    return null;
  }
  const receipt = readReceipt(body);
  if (receipt === null) return { state: 'ignored' };
  await ctx.runMutation(internal.delivery.receive.receipt, { eventId, receipt });
  return null;
}

async function textOf(ctx: ActionCtx, fileId: Id<'_storage'> | null): Promise<string> {
  const file = fileId === null ? null : await ctx.storage.get(fileId);
  return file === null ? '' : file.text();
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
