/**
 * Carries answers to Telegram (docs/rules.md M2, M7, M8; core.telegram.org/bots/api, sendMessage, sendPhoto, sendDocument): texts
 * first, then each file, one call a part. A picture's or a file's first text is its caption where it fits.
 */
import { internal } from '../../_generated/api';
import type { ActionCtx } from '../../functions';
import type { SendOutcome } from '../../shared/delivery/outcome';
import { maxTelegramCaption, textParts } from '../../shared/delivery/telegramText';
import { sendParts } from '../chatSending';
import type { Carrier } from '../kinds';
import { type Answer, callBot, outcomeOf } from './botApi';
import type { Prepared } from './outgoing';

type Facts = Extract<Prepared, { token: string }>;
type File = Facts['files'][number];
type Part = { text: string } | { file: File; caption: string; isFile?: true };
type Sent = Answer<{ message_id: number }>;

/**
 * Telegram takes about one message a second in one chat, and short bursts (core.telegram.org/bots/faq): a line of the system's is
 * such a burst, for it says what has just happened.
 */
const everyMs = 1_000;

export const carryTelegram: Carrier = async (ctx, send) => {
  const prepared: Prepared = await ctx.runMutation(internal.delivery.telegram.outgoing.prepare, send);
  if (prepared === null || !('token' in prepared)) return prepared;
  const parts = partsIn(prepared);
  const { chat, arrived: first, lastSentAt } = prepared;
  const pace = { everyMs: prepared.isLine ? 0 : everyMs, lastSentAt };
  return sendParts(ctx, send, { chat, first, count: parts.length, ...pace }, (part) =>
    sendPart(ctx, { ...prepared, outboxId: send.outboxId }, parts[part]!),
  );
};

export function partsIn({ text, files }: Pick<Facts, 'text' | 'files'>): Part[] {
  const isCaption = files.length > 0 && text.length <= maxTelegramCaption;
  const texts = isCaption ? [] : textParts(text).map((each) => ({ text: each }));
  return [...texts, ...files.map((file, at) => ({ file, caption: isCaption && at === 0 ? text : '' }))];
}

type Sending = Facts & { outboxId: Parameters<Carrier>[1]['outboxId'] };

async function sendPart(ctx: ActionCtx, facts: Sending, part: Part): Promise<SendOutcome> {
  const sent = await call(ctx, facts, part);
  if (!sent.ok && sent.code === 403) {
    const { outboxId, chat } = facts;
    await ctx.runMutation(internal.delivery.telegram.outgoing.noteBlocked, { outboxId, chat });
  }
  return outcomeOf(sent);
}

/** Again without what Telegram does not take, one thing after the other: nothing of a refused call has arrived. */
async function call(ctx: ActionCtx, facts: Sending, part: Part): Promise<Sent> {
  const sent = await callOnce(ctx, facts, part);
  if (sent.ok || sent.code !== 400) return sent;
  const { topic, isLine, outboxId } = facts;
  const said = sent.description.toLowerCase();
  if (topic !== undefined && said.includes('thread not found')) {
    const { topic: _gone, ...rest } = facts;
    return call(ctx, rest, part);
  }
  if (isLine && said.includes('parse entities')) return call(ctx, { ...facts, isLine: false }, part);
  if ('migratedTo' in sent && sent.migratedTo !== undefined && sent.migratedTo !== facts.chat) {
    const { migratedTo: chat } = sent;
    await ctx.runMutation(internal.delivery.telegram.outgoing.move, { outboxId, chat });
    return call(ctx, { ...facts, chat }, part);
  }
  // Too long, too narrow, too large for a picture: as a file it goes.
  if ('file' in part && !part.isFile && isPicture(part.file) && /photo|image|too big/.test(said))
    return call(ctx, facts, { ...part, isFile: true });
  return sent;
}

async function callOnce(ctx: ActionCtx, facts: Facts, part: Part): Promise<Sent> {
  const { token, chat, topic, isLine } = facts;
  if ('text' in part) {
    const entities = [{ type: 'italic', offset: 0, length: part.text.length }];
    return callBot(token, 'sendMessage', {
      chat_id: chat,
      text: part.text,
      ...(topic === undefined ? {} : { message_thread_id: Number(topic) }),
      ...(isLine ? { entities } : {}),
    });
  }
  const { file, caption, isFile } = part;
  const stored = await ctx.storage.get(file.storageId);
  if (stored === null) return { ok: false, code: 400, description: 'its file is not kept here any more' };
  const form = new FormData();
  form.set('chat_id', chat);
  if (topic !== undefined) form.set('message_thread_id', topic);
  if (caption !== '') form.set('caption', caption);
  const asPicture = isPicture(file) && !isFile;
  const bytes = new Blob([await stored.arrayBuffer()], { type: file.contentType });
  form.set(asPicture ? 'photo' : 'document', bytes, file.name);
  return callBot(token, asPicture ? 'sendPhoto' : 'sendDocument', form);
}

/** As a picture Telegram takes these alone; what else there is goes as a file, as it is. */
const isPicture = ({ contentType }: File): boolean =>
  contentType === 'image/jpeg' || contentType === 'image/png';
