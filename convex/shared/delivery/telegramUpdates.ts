/**
 * What Telegram tells (docs/rules.md M1, E2; core.telegram.org/bots/api, "Update"): one update a call, read loosely. What is not
 * known is left out, and nothing but the update's number must be there. Pure.
 */
import { type Infer, v } from 'convex/values';
import { z } from 'zod';
import { saidAt } from '../kit/saidAt';

/** Asked for when the webhook is set; reactions come only where they are named. */
export const allowedUpdates = ['message', 'edited_message', 'my_chat_member', 'message_reaction'];

const zId = z.number().int().transform(String);
const loosely = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const zText = loosely(z.string());

const zUser = z.looseObject({
  id: zId,
  is_bot: loosely(z.boolean()),
  first_name: zText,
  last_name: zText,
  username: zText,
});
const zChat = z.looseObject({ id: zId, type: z.string() });
const zFile = z.looseObject({
  file_id: z.string(),
  file_name: zText,
  file_size: loosely(z.number()),
  width: loosely(z.number()),
  height: loosely(z.number()),
});
const zPlace = z.looseObject({ latitude: z.number(), longitude: z.number() });

const zMessage = z.looseObject({
  message_id: zId,
  date: z.number(),
  edit_date: loosely(z.number()),
  chat: zChat,
  from: loosely(zUser),
  message_thread_id: loosely(zId),
  is_topic_message: loosely(z.boolean()),
  text: zText,
  caption: zText,
  photo: loosely(z.array(zFile)),
  document: loosely(zFile),
  animation: loosely(zFile),
  audio: loosely(zFile),
  video: loosely(zFile),
  video_note: loosely(zFile),
  voice: loosely(zFile),
  sticker: loosely(z.looseObject({ emoji: zText })),
  dice: loosely(z.looseObject({ emoji: z.string(), value: z.number() })),
  location: loosely(zPlace),
  venue: loosely(z.looseObject({ title: z.string(), address: z.string(), location: zPlace })),
  contact: loosely(z.looseObject({ phone_number: z.string(), first_name: zText, last_name: zText })),
  quote: loosely(z.looseObject({ text: z.string() })),
  reply_to_message: loosely(z.looseObject({ message_id: zId, text: zText, caption: zText })),
});
type Message = z.output<typeof zMessage>;

const zMember = z.looseObject({
  chat: zChat,
  from: zUser,
  new_chat_member: z.looseObject({ status: z.string() }),
});
const zReaction = z.looseObject({
  chat: zChat,
  message_id: zId,
  user: loosely(zUser),
  new_reaction: z.array(z.looseObject({ type: z.string(), emoji: zText })),
});

const vTelegramMessage = v.object({
  chat: v.string(),
  messageId: v.string(),
  topic: v.optional(v.string()),
  /** As Telegram says (shared/kit/saidAt.ts). */
  at: v.number(),
  from: v.object({ id: v.string(), name: v.string() }),
  /** Empty where there is none. */
  text: v.string(),
  /** What it is that nothing of ours can show, as Telegram names it. */
  unsupported: v.optional(v.string()),
  file: v.optional(v.object({ fileId: v.string(), name: v.string(), size: v.optional(v.number()) })),
  /** What it answers. */
  quoted: v.optional(v.object({ messageId: v.string(), text: v.string() })),
  /** It is the press of Start: what the link carried, which may be nothing. */
  start: v.optional(v.string()),
});
export type TelegramMessage = Infer<typeof vTelegramMessage>;

export const vTelegramUpdate = v.union(
  v.object({ kind: v.literal('message'), message: vTelegramMessage }),
  v.object({ kind: v.literal('edited'), message: vTelegramMessage }),
  v.object({ kind: v.literal('blocked'), chat: v.string(), isBlocked: v.boolean() }),
  /** Null: it was taken back. */
  v.object({
    kind: v.literal('reacted'),
    chat: v.string(),
    messageId: v.string(),
    emoji: v.union(v.string(), v.null()),
  }),
);
export type TelegramUpdate = Infer<typeof vTelegramUpdate>;

export interface ToldUpdate {
  updateId: string;
  /** Whether a customer has said something by it. */
  isMessage: boolean;
  /** Of a group or a channel: nobody's customer writes there, and it may have hundreds of thousands who do. */
  isOfGroup: boolean;
  /** Null: nothing that the desk has to do with. */
  update: TelegramUpdate | null;
}

/** Null: no update at all. `toldAt`: when it came in. */
export function readUpdate(body: string, toldAt: number): ToldUpdate | null {
  const told = z.looseObject({ update_id: zId }).safeParse(parsed(body));
  if (!told.success) return null;
  const update = updateIn(told.data, toldAt);
  const isOfGroup = update === null && isElsewhere(told.data);
  return { updateId: told.data.update_id, isMessage: update?.kind === 'message', isOfGroup, update };
}

function parsed(body: string): unknown {
  try {
    // Half a character is no text that can be stored.
    return JSON.parse(body, (_, value: unknown) =>
      typeof value === 'string' ? value.toWellFormed() : value,
    );
  } catch {
    return null;
  }
}

/** [M1] Only private chats are with customers, and no bot is one. */
const isPrivate = ({ type }: { type: string }): boolean => type === 'private';

const zInChat = z.looseObject({ chat: zChat });

function isElsewhere(update: Record<string, unknown>): boolean {
  const told = allowedUpdates.map((field) => zInChat.safeParse(update[field]));
  return told.some(({ data }) => data !== undefined && !isPrivate(data.chat));
}

function updateIn(update: Record<string, unknown>, toldAt: number): TelegramUpdate | null {
  for (const [field, kind] of [
    ['message', 'message'],
    ['edited_message', 'edited'],
  ] as const) {
    const told = zMessage.safeParse(update[field]);
    if (!told.success) continue;
    const message = isPrivate(told.data.chat) ? messageIn(told.data, toldAt) : null;
    return message && { kind, message };
  }
  const member = zMember.safeParse(update.my_chat_member);
  if (member.success && isPrivate(member.data.chat)) {
    const isBlocked = member.data.new_chat_member.status === 'kicked';
    return { kind: 'blocked', chat: member.data.chat.id, isBlocked };
  }
  const reaction = zReaction.safeParse(update.message_reaction);
  if (!reaction.success || !isPrivate(reaction.data.chat) || reaction.data.user?.is_bot) return null;
  const { chat, message_id: messageId, new_reaction: reactions } = reaction.data;
  const first = reactions[0];
  // One of one's own making has no character.
  const emoji = first === undefined ? null : (first.emoji ?? '★');
  return { kind: 'reacted', chat: chat.id, messageId, emoji };
}

function messageIn(message: Message, toldAt: number): TelegramMessage | null {
  const { chat, from, date, edit_date: editedAt, message_id: messageId } = message;
  if (from === undefined || from.is_bot) return null;
  const said = saidIn(message);
  if (said === null) return null;
  const [, start] = /^\/start(?:@\w+)?(?:\s+(\S*))?\s*$/.exec(message.text ?? '') ?? [];
  const isStart = /^\/start(?:@\w+)?(?:\s|$)/.test(message.text ?? '');
  const { reply_to_message: answered, quote, message_thread_id: topic } = message;
  return {
    chat: chat.id,
    messageId,
    ...(topic === undefined || !message.is_topic_message ? {} : { topic }),
    at: saidAt(editedAt ?? date, toldAt),
    from: { id: from.id, name: nameOf(from) },
    ...said,
    ...(answered === undefined
      ? {}
      : {
          quoted: {
            messageId: answered.message_id,
            text: quote?.text ?? answered.text ?? answered.caption ?? '',
          },
        }),
    ...(isStart ? { start: start ?? '' } : {}),
  };
}

const nameOf = ({ first_name: first = '', last_name: last = '' }: z.output<typeof zUser>): string =>
  `${first} ${last}`.trim();

type Said = Pick<TelegramMessage, 'text' | 'file' | 'unsupported'>;

/** Null: nothing that anybody said, such as a pinned message. */
function saidIn(message: Message): Said | null {
  const { text, caption = '' } = message;
  if (text !== undefined) return { text };
  const file = fileIn(message);
  if (file !== null) return { text: caption, file };
  const other = inWords(message);
  if (other !== null) return { text: other };
  const kind = Object.keys(message).find((field) => !known.has(field));
  if (kind === undefined || serviceKinds.test(kind)) return null;
  return { text: caption, unsupported: kind.replaceAll('_', ' ') };
}

/** Names for what comes without one; its ending is what Telegram makes of all of these. */
const fileKinds = {
  // An animation comes as a document as well, for old programs.
  animation: 'animation.mp4',
  document: 'file',
  audio: 'audio.mp3',
  video: 'video.mp4',
  video_note: 'video.mp4',
  voice: 'voice.ogg',
} as const;

function fileIn(message: Message): TelegramMessage['file'] | null {
  const { photo } = message;
  if (photo !== undefined && photo.length > 0) {
    const area = ({ width = 0, height = 0 }: (typeof photo)[number]) => width * height;
    const largest = photo.reduce((best, each) => (area(each) >= area(best) ? each : best));
    return asFile(largest, `photo-${message.message_id}.jpg`);
  }
  for (const [kind, name] of Object.entries(fileKinds) as [keyof typeof fileKinds, string][]) {
    const file = message[kind];
    if (file !== undefined) return asFile(file, name);
  }
  return null;
}

const asFile = (
  { file_id: fileId, file_name: own, file_size: size }: z.output<typeof zFile>,
  name: string,
) => ({
  fileId,
  name: own ?? name,
  ...(size === undefined ? {} : { size }),
});

/** What is said as well in a line. */
function inWords({ sticker, dice, venue, location, contact }: Message): string | null {
  if (sticker !== undefined) return sticker.emoji === undefined ? null : `${sticker.emoji} (a sticker)`;
  if (dice !== undefined) return `${dice.emoji} ${dice.value}`;
  if (venue !== undefined) return `${venue.title}, ${venue.address}\n${placeLine(venue.location)}`;
  if (location !== undefined) return placeLine(location);
  if (contact === undefined) return null;
  const { first_name: first = '', last_name: last = '', phone_number: phone } = contact;
  return `Contact: ${`${first} ${last}`.trim()}, ${phone}`;
}

function placeLine({ latitude, longitude }: z.output<typeof zPlace>): string {
  const at = `${latitude},${longitude}`;
  return `Location: ${at}\nhttps://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

/** Fields that say nothing of what kind of message it is. */
const known = new Set([
  'message_id',
  'date',
  'edit_date',
  'chat',
  'from',
  'sender_chat',
  'sender_boost_count',
  'sender_business_bot',
  'sender_tag',
  'business_connection_id',
  'message_thread_id',
  'is_topic_message',
  'direct_messages_topic',
  'is_automatic_forward',
  'is_from_offline',
  'is_paid_post',
  'paid_star_count',
  'forward_origin',
  'forward_from',
  'forward_from_chat',
  'forward_from_message_id',
  'forward_signature',
  'forward_sender_name',
  'forward_date',
  'reply_to_message',
  'reply_to_checklist_task_id',
  'reply_to_story',
  'reply_markup',
  'external_reply',
  'quote',
  'via_bot',
  'has_protected_content',
  'has_media_spoiler',
  'show_caption_above_media',
  'media_group_id',
  'author_signature',
  'entities',
  'caption',
  'caption_entities',
  'link_preview_options',
  'effect_id',
  'suggested_post_info',
]);

/** What Telegram itself writes into a chat, and nobody said. */
const serviceKinds =
  /^(?:new_chat|left_chat|delete_chat|group_chat_created|supergroup|channel_chat|message_auto_delete|migrate_|pinned_message|successful_payment|refunded_payment|users_shared|chat_shared|connected_website|write_access|passport_data|proximity_alert|boost_added|chat_background|forum_topic|general_forum|giveaway_created|giveaway_completed|video_chat|web_app_data|checklist_tasks|direct_message_price|paid_message_price|suggested_post_|gift_upgrade)/;
