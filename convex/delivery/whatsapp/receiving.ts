/**
 * What WhatsApp told becomes what it means (docs/rules.md M1, M2, C13): files are fetched here, where they hold nobody up, and at once,
 * for WhatsApp keeps them a week; all of it is taken by one transaction.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type ActionCtx, intakeMutation, internalMutation, internalQuery } from '../../functions';
import { readSecret } from '../../model/delivery/channelSecrets';
import { finishEvent, storeEvent, waitForEarlier } from '../../model/delivery/inboundEvents';
import { acceptMessage } from '../../model/delivery/whatsapp/accept';
import { acceptEcho } from '../../model/delivery/whatsapp/echoes';
import { noteNews } from '../../model/delivery/whatsapp/news';
import { channelsFor } from '../../model/delivery/whatsapp/routing';
import { noteStatus } from '../../model/delivery/whatsapp/statuses';
import { maxFileBytes } from '../../shared/kit/limits';
import { readAccountNews, readTemplateNews, readUserIdUpdate } from '../../shared/whatsapp/accounts';
import { unnamedFile } from '../../shared/whatsapp/media';
import {
  type Media,
  readMessage,
  vWhatsappMessage,
  type WhatsappMessage,
} from '../../shared/whatsapp/messages';
import { vNews } from '../../shared/whatsapp/news';
import { readStatus, vStatus } from '../../shared/whatsapp/statuses';
import { vTellingType } from '../../shared/whatsapp/tellings';
import { type Fetched, notFetched, storeFetched, takeFetched, vFetched } from '../fetchedFiles';
import type { Outcome, Receiver } from '../kinds';
import { payloadText } from '../payloads';
import { type Access, downloadMedia, findMedia } from './graph';

/** Null: no channel, or no token. */
export const verifyTokenOf = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { publicId }) => {
    const channel = await ctx.db
      .query('channels')
      .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
      .unique();
    if (channel?.kind !== 'whatsapp') return null;
    return (await readSecret(ctx, channel._id, 'verifyToken')) ?? null;
  },
});

/** What one body told. Returns which files nobody needs, since what they hold is known, and which numbers no channel has. */
export const store = intakeMutation({
  args: {
    /** Whose address it came to, signed by its app's secret. */
    channelId: v.id('channels'),
    told: v.array(
      v.object({
        phoneNumberId: v.optional(v.string()),
        accountId: v.string(),
        type: vTellingType,
        key: v.string(),
        payload: v.optional(v.string()),
        payloadFileId: v.optional(v.id('_storage')),
      }),
    ),
  },
  returns: v.object({ forgotten: v.array(v.id('_storage')), strangers: v.array(v.string()) }),
  handler: async (ctx, { channelId, told }) => {
    const channelsOf = await channelsFor(ctx, channelId);
    const forgotten: Id<'_storage'>[] = [];
    const strangers = new Set<string>();
    for (const { phoneNumberId, accountId, ...event } of told) {
      const channels = channelsOf({ phoneNumberId, accountId });
      if (channels.length === 0 && phoneNumberId !== undefined) strangers.add(phoneNumberId);
      let isStored = false;
      for (const { _id, teamId } of channels) {
        const isNew = await storeEvent(ctx, { ...event, kind: 'whatsapp', channelId: _id, teamId });
        isStored ||= isNew;
      }
      if (!isStored && event.payloadFileId !== undefined) forgotten.push(event.payloadFileId);
    }
    return { forgotten, strangers: [...strangers] };
  },
});

const vWaiting = v.union(
  v.object({
    type: v.string(),
    payload: v.union(v.string(), v.null()),
    payloadFileId: v.union(v.id('_storage'), v.null()),
    receivedAt: v.number(),
    /** Null: the number is not connected any more. */
    access: v.union(v.object({ token: v.string(), phoneNumberId: v.string() }), v.null()),
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
    const { type, payload = null, payloadFileId = null, channelId, receivedAt } = event;
    const channel = await ctx.db.get(channelId);
    const token = await readSecret(ctx, channelId, 'accessToken');
    const phoneNumberId = channel?.whatsapp?.phoneNumberId;
    const access = token === undefined || phoneNumberId === undefined ? null : { token, phoneNumberId };
    return { type, payload, payloadFileId, receivedAt, access };
  },
});

export const receiveWhatsapp: Receiver = async (ctx, { eventId, attempts }) => {
  const event: Infer<typeof vWaiting> = await ctx.runQuery(internal.delivery.whatsapp.receiving.read, {
    eventId,
    attempts,
  });
  if (event === null) return null;
  const payload = await payloadText(ctx, event);
  switch (event.type) {
    case 'message':
    case 'echo':
      return receiveMessage(ctx, eventId, readMessage(event.type, payload, event.receivedAt), {
        type: event.type,
        access: event.access,
      });
    case 'status': {
      const status = readStatus(payload);
      if (status === null) return { state: 'ignored' };
      await ctx.runMutation(internal.delivery.whatsapp.receiving.takeStatus, { eventId, status });
      return null;
    }
    default: {
      const news = newsIn(event.type, payload);
      if (news === null) return { state: 'ignored' };
      await ctx.runMutation(internal.delivery.whatsapp.receiving.takeNews, { eventId, news });
      return null;
    }
  }
};

function newsIn(type: string, payload: string): Infer<typeof vNews> | null {
  if (type === 'account') {
    const account = readAccountNews(payload);
    return account && { of: 'account', account };
  }
  if (type === 'template') {
    const template = readTemplateNews(payload);
    return template && { of: 'template', template };
  }
  const update = type === 'userId' ? readUserIdUpdate(payload) : null;
  return update && { of: 'userId', update };
}

async function receiveMessage(
  ctx: ActionCtx,
  eventId: Id<'inboundEvents'>,
  message: WhatsappMessage | null,
  { type, access }: { type: 'message' | 'echo'; access: Access | null },
): Promise<Outcome | null> {
  if (message === null) return { failure: 'A message was told of that has no id.', isFinal: true };
  const { content, isGroup } = message;
  const media = content.what === 'said' && !isGroup ? content.media : undefined;
  const fetched = media === undefined ? { files: [] } : await fetchMedia(ctx, access, media);
  if ('failure' in fetched) return fetched;
  return takeFetched(ctx, fetched, () =>
    ctx.runMutation(internal.delivery.whatsapp.receiving.accept, { eventId, type, message, fetched }),
  );
}

async function fetchMedia(
  ctx: ActionCtx,
  access: Access | null,
  { kind, id, filename }: Media,
): Promise<Fetched | Extract<Outcome, { failure: string }>> {
  const name = filename ?? unnamedFile[kind];
  const left = (why: string) => notFetched(name, why);
  if (access === null)
    return { failure: 'The number is not connected: its file cannot be fetched.', isFinal: false };
  const found = await findMedia(access, id);
  if (found === null) return left('gone from WhatsApp: ask the customer to send it again');
  if ('failure' in found)
    return { failure: `Its file could not be fetched: ${found.failure.said}`, isFinal: false };
  if ((found.size ?? 0) > maxFileBytes) return left('larger than 25 MB');
  const blob = await downloadMedia(access.token, found.url);
  if (blob === null) return left('gone from WhatsApp: ask the customer to send it again');
  if (blob.size === 0) return left('empty');
  if (blob.size > maxFileBytes) return left('larger than 25 MB');
  const bytes = await blob.arrayBuffer();
  if (found.sha256 !== undefined && !(await isHash(found.sha256, bytes)))
    return { failure: 'Its file came otherwise than WhatsApp says it is.', isFinal: false };
  return storeFetched(ctx, name, bytes);
}

/** In hex or in Base64: WhatsApp writes both. */
async function isHash(told: string, bytes: ArrayBuffer): Promise<boolean> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return told.toLowerCase() === hex || told === btoa(String.fromCharCode(...hash));
}

/** What is about a message that was said before. */
const ofAnother: ReadonlySet<WhatsappMessage['content']['what']> = new Set(['edit', 'revoke', 'reaction']);

export const accept = internalMutation({
  args: {
    eventId: v.id('inboundEvents'),
    type: v.union(v.literal('message'), v.literal('echo')),
    message: vWhatsappMessage,
    fetched: vFetched,
  },
  returns: v.null(),
  handler: async (ctx, { eventId, type, message, fetched }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') {
      for (const { storageId } of fetched.files) await ctx.storage.delete(storageId);
      return null;
    }
    const channel = (await ctx.db.get(event.channelId))!;
    const take = type === 'message' ? acceptMessage : acceptEcho;
    const state = await take(ctx, channel, message, fetched);
    const isOfAnother = ofAnother.has(message.content.what);
    if (state === 'ignored' && isOfAnother && (await waitForEarlier(ctx, event))) return null;
    if (state === 'ignored') for (const { storageId } of fetched.files) await ctx.storage.delete(storageId);
    await finishEvent(ctx, event, { state });
    return null;
  },
});

export const takeStatus = internalMutation({
  args: { eventId: v.id('inboundEvents'), status: vStatus },
  returns: v.null(),
  handler: async (ctx, { eventId, status }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') return null;
    const channel = (await ctx.db.get(event.channelId))!;
    const isOurs = await noteStatus(ctx, channel, status);
    await finishEvent(ctx, event, { state: isOurs ? 'done' : 'ignored' });
    return null;
  },
});

export const takeNews = internalMutation({
  args: { eventId: v.id('inboundEvents'), news: vNews },
  returns: v.null(),
  handler: async (ctx, { eventId, news }) => {
    const event = await ctx.db.get(eventId);
    if (event?.state !== 'waiting') return null;
    const channel = (await ctx.db.get(event.channelId))!;
    const isOurs = await noteNews(ctx, channel, news);
    await finishEvent(ctx, event, { state: isOurs ? 'done' : 'ignored' });
    return null;
  },
});
