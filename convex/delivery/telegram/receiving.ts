/**
 * What Telegram told becomes what it means (docs/rules.md M1, E2): files are fetched here, where they hold nobody up, and all of it
 * is taken by one transaction.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import { type ActionCtx, internalMutation, internalQuery } from '../../functions';
import { readSecret } from '../../model/delivery/channelSecrets';
import { finishEvent, waitForEarlier } from '../../model/delivery/inboundEvents';
import { acceptUpdate } from '../../model/delivery/telegram/accept';
import { sizeWords } from '../../shared/conversation/attachments';
import { readUpdate, type TelegramMessage, vTelegramUpdate } from '../../shared/delivery/telegramUpdates';
import { type Fetched, notFetched, storeFetched, takeFetched, vFetched } from '../fetchedFiles';
import type { Outcome, Receiver } from '../kinds';
import { payloadText } from '../payloads';
import { callBot, downloadFile } from './botApi';

/** What Telegram hands out to a bot (core.telegram.org/bots/api, getFile). */
const maxDownload = 20 * 1024 * 1024;

const vWaiting = v.union(
  v.object({
    payload: v.union(v.string(), v.null()),
    payloadFileId: v.union(v.id('_storage'), v.null()),
    token: v.union(v.string(), v.null()),
    receivedAt: v.number(),
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
    const { payload = null, payloadFileId = null, channelId, receivedAt } = event;
    const token = (await readSecret(ctx, channelId, 'botToken')) ?? null;
    return { payload, payloadFileId, token, receivedAt };
  },
});

export const receiveTelegram: Receiver = async (ctx, { eventId, attempts }) => {
  const event: Infer<typeof vWaiting> = await ctx.runQuery(internal.delivery.telegram.receiving.read, {
    eventId,
    attempts,
  });
  if (event === null) return null;
  const update = readUpdate(await payloadText(ctx, event), event.receivedAt)?.update ?? null;
  if (update === null) return { state: 'ignored' };
  const file = update.kind === 'message' ? update.message.file : undefined;
  const fetched = file === undefined ? { files: [] } : await fetchFile(ctx, event.token, file);
  if ('failure' in fetched) return fetched;
  return takeFetched(ctx, fetched, () =>
    ctx.runMutation(internal.delivery.telegram.receiving.accept, { eventId, update, fetched }),
  );
};

async function fetchFile(
  ctx: ActionCtx,
  token: string | null,
  { fileId, name, size = 0 }: NonNullable<TelegramMessage['file']>,
): Promise<Fetched | Extract<Outcome, { failure: string }>> {
  const left = (why: string) => notFetched(name, why);
  if (size > maxDownload) return left(`${sizeWords(size)}: Telegram hands out 20 MB at most`);
  if (token === null) return { failure: 'No bot is connected: its file cannot be fetched.', isFinal: false };
  const found = await callBot<{ file_path?: string; file_size?: number }>(token, 'getFile', {
    file_id: fileId,
  });
  if (!found.ok) {
    const isGone = found.code === 400;
    if (isGone) return left(/too big/i.test(found.description) ? 'more than 20 MB' : 'gone from Telegram');
    return { failure: `Its file could not be fetched: ${found.description}`, isFinal: false };
  }
  const { file_path: path } = found.result;
  const blob = path === undefined ? null : await downloadFile(token, path, maxDownload);
  if (blob === null) return left('gone from Telegram');
  if (blob.size === 0) return left('empty');
  return storeFetched(ctx, name, await blob.arrayBuffer());
}

export const accept = internalMutation({
  args: { eventId: v.id('inboundEvents'), update: vTelegramUpdate, fetched: vFetched },
  returns: v.null(),
  handler: async (ctx, { eventId, update, fetched }) => {
    const event = await ctx.db.get(eventId);
    const channel = event && (await ctx.db.get(event.channelId));
    const isOurs = event?.state === 'waiting' && channel?.telegram !== undefined;
    const state = isOurs ? await acceptUpdate(ctx, channel, update, fetched) : 'ignored';
    const isOfAnother = update.kind === 'edited' || update.kind === 'reacted';
    if (isOurs && state === 'ignored' && isOfAnother && (await waitForEarlier(ctx, event))) return null;
    if (state === 'ignored') for (const { storageId } of fetched.files) await ctx.storage.delete(storageId);
    if (event !== null) await finishEvent(ctx, event, { state });
    return null;
  },
});
