/** The methods of the Bot API that the desk uses (core.telegram.org/bots/api), as far as it can tell them from the real ones. */
import { asMessage, type Chat, type KeptState, type StoredFile, type StoredMessage } from './bot.ts';
import type { Limits } from './limits.ts';
import { refuse } from './refusals.ts';
import type { Updates } from './updates.ts';

export interface World {
  state: KeptState;
  updates: Updates;
  limits: Limits;
  isStrict: boolean;
  now: () => number;
  changed: () => void;
  /** A number for the next file. */
  nextFile: () => string;
}

/** The fields of a call, and the file that came with it. */
export interface Call {
  fields: Record<string, unknown>;
  files: Map<string, { name: string; type: string; bytes: Uint8Array<ArrayBuffer> }>;
}

type Method = (world: World, call: Call) => unknown;

const maxText = 4_096;
const maxCaption = 1_024;
const megabyte = 1024 * 1024;
const mostPhoto = 10 * megabyte;
const mostFile = 50 * megabyte;
/** Handed out by getFile. */
const mostDownload = 20 * megabyte;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const methods: Record<string, Method> = {
  getMe: ({ state: { bot } }) => ({
    id: bot.id,
    is_bot: true,
    first_name: bot.name,
    username: bot.username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  }),
  setWebhook,
  deleteWebhook: ({ state, updates }, { fields }) => {
    state.webhook = null;
    if (fields.drop_pending_updates === true) updates.drop();
    return true;
  },
  getWebhookInfo: ({ state: { webhook }, updates }) => ({
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: updates.pendingCount,
    ...(webhook === null ? {} : { max_connections: webhook.connections }),
    ...(webhook?.lastError === undefined
      ? {}
      : { last_error_date: webhook.lastErrorAt, last_error_message: webhook.lastError }),
    ...(webhook?.allowed ? { allowed_updates: webhook.allowed } : {}),
  }),
  getUpdates: ({ state }) => (state.webhook === null ? [] : refuse('updatesByWebhook')),
  sendMessage: (world, { fields }) => {
    const text = textOf(fields.text);
    if (text.trim() === '') refuse('emptyText');
    if (text.length > maxText) refuse('longText');
    checkMarkup(text, fields.parse_mode);
    return say(world, fields, { text: text.trim(), isLine: isLine(text, fields.entities) });
  },
  sendPhoto: (world, call) => sendFile(world, call, 'photo'),
  sendDocument: (world, call) => sendFile(world, call, 'document'),
  getFile: ({ state }, { fields }) => {
    const id = textOf(fields.file_id);
    const file = findFile(state, id) ?? refuse('unknownFile');
    if (file.size > mostDownload) refuse('largePicture');
    return { file_id: id, file_unique_id: `u${id}`, file_size: file.size, file_path: `documents/${file.id}` };
  },
};

export function findFile({ chats }: KeptState, id: string): StoredFile | undefined {
  for (const { messages } of chats)
    for (const { file } of messages)
      if (file !== undefined && (file.id === id || `${file.id}-s` === id)) return file;
  return undefined;
}

const ports = new Set(['', '80', '88', '443', '8443']);

function setWebhook({ state, updates, isStrict }: World, { fields }: Call): true {
  const url = textOf(fields.url);
  const secret = textOf(fields.secret_token);
  if (!/^[A-Za-z0-9_-]{0,256}$/.test(secret)) refuse('webhookSecret');
  if (url === '') {
    state.webhook = null;
    return true;
  }
  const { protocol, port, hostname } = new URL(url);
  // It plays the real one for a desk on this machine, which has no certificate.
  const isHere = !isStrict && ['127.0.0.1', 'localhost'].includes(hostname);
  if (!isHere && protocol !== 'https:') refuse('webhookScheme');
  if (!isHere && !ports.has(port)) refuse('webhookPort');
  const allowed = Array.isArray(fields.allowed_updates) ? (fields.allowed_updates as string[]) : null;
  const connections = Number(fields.max_connections ?? 40);
  state.webhook = { url, secret, allowed, connections };
  if (fields.drop_pending_updates === true) updates.drop();
  updates.wake();
  return true;
}

function checkMarkup(text: string, mode: unknown): void {
  if (mode !== 'HTML') return;
  const open: string[] = [];
  for (const [, end, tag = ''] of text.matchAll(/<(\/?)([a-z-]+)[^>]*>/g)) {
    if (end === '') open.push(tag);
    else if (open.pop() !== tag) refuse('entities', { why: `unmatched end tag "${tag}"` });
  }
  if (open.length > 0)
    refuse('entities', { why: `can't find end tag corresponding to start tag "${open[0]}"` });
}

function isLine(text: string, entities: unknown): boolean {
  if (!Array.isArray(entities)) return false;
  return (entities as { type: string; length: number }[]).some(
    ({ type, length }) => type === 'italic' && length === text.length,
  );
}

function sendFile(world: World, { fields, files }: Call, field: 'photo' | 'document'): unknown {
  const file = files.get(field) ?? refuse('noFile', { what: field });
  const caption = textOf(fields.caption);
  if (caption.length > maxCaption) refuse('longCaption');
  if (file.bytes.length > mostFile) refuse('largeFile');
  if (field === 'photo') {
    if (file.bytes.length > mostPhoto) refuse('largePicture');
    const [width, height] = sidesOf(file.bytes);
    if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height))
      refuse('pictureSides');
  }
  const stored = {
    id: world.nextFile(),
    name: file.name,
    type: file.type,
    size: file.bytes.length,
    content: Buffer.from(file.bytes).toString('base64'),
  };
  return say(world, fields, { text: caption, file: stored, isPhoto: field === 'photo' });
}

/** Of a PNG, by its header; others pass. */
function sidesOf(bytes: Uint8Array): [number, number] {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  if (!isPng || bytes.length < 24) return [1, 1];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

function say(
  { state, limits, now, changed }: World,
  fields: Record<string, unknown>,
  said: Partial<StoredMessage> & { text: string },
): unknown {
  const chat = chatOf(state, fields.chat_id);
  if (chat.isDeactivated) refuse('deactivated');
  if (!chat.isStarted) refuse('cannotBegin');
  if (chat.isBlocked) refuse('blocked');
  const topic = fields.message_thread_id === undefined ? undefined : Number(fields.message_thread_id);
  if (topic !== undefined && !chat.messages.some((each) => each.topic === topic)) refuse('noThread');
  const seconds = limits.take(chat.person.id, now());
  if (seconds > 0) refuse('tooFast', { seconds });
  const message = {
    message_id: ++chat.lastId,
    date: Math.floor(now() / 1_000),
    isMine: true,
    ...(topic === undefined ? {} : { topic }),
    ...said,
  };
  chat.messages.push(message);
  changed();
  return asMessage(state, chat, message);
}

function chatOf({ chats }: KeptState, id: unknown): Chat {
  return chats.find(({ person }) => String(person.id) === String(id)) ?? refuse('noChat');
}
