/** A bot and the private chats it is in: what both sides have written, as Telegram keeps it. */
import { randomBytes } from 'node:crypto';
import type { BotOptions } from './options.ts';

export interface Person {
  id: number;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
  is_bot?: boolean;
}

export interface StoredFile {
  id: string;
  name: string;
  type: string;
  /** Base64. */
  content: string;
  size: number;
}

export interface StoredMessage {
  message_id: number;
  date: number;
  edit_date?: number;
  isMine: boolean;
  text: string;
  file?: StoredFile;
  isPhoto?: boolean;
  /** All of it is set apart by an entity. */
  isLine?: boolean;
  repliesTo?: number;
  /** Of ours: the reaction of the person to it. */
  reaction?: string;
  topic?: number;
}

export interface Chat {
  person: Person;
  /** They have pressed Start. */
  isStarted: boolean;
  isBlocked: boolean;
  isDeactivated: boolean;
  lastId: number;
  messages: StoredMessage[];
  /** What an opened link carries; it goes with the next press of Start. */
  pendingStart?: string;
}

interface WebhookSetting {
  url: string;
  secret: string;
  allowed: string[] | null;
  connections: number;
  lastErrorAt?: number;
  lastError?: string;
}

/** What outlives the process. */
export interface KeptState {
  bot: Required<BotOptions>;
  webhook: WebhookSetting | null;
  lastUpdateId: number;
  chats: Chat[];
}

const ofLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const newToken = (id: number): string =>
  `${id}:${Array.from(randomBytes(35), (byte) => ofLetters[byte % 64]).join('')}`;

export function newState({
  id = 777_000_001,
  username = 'acme_help_bot',
  name = 'Acme help',
  token,
}: BotOptions = {}): KeptState {
  return {
    bot: { id, username, name, token: token ?? newToken(id) },
    webhook: null,
    lastUpdateId: 100_000,
    chats: [],
  };
}

/** The chat with this person, made where there is none. */
export function chatWith(state: KeptState, person: Person): Chat {
  const known = state.chats.find((each) => each.person.id === person.id);
  if (known) return known;
  const chat = { person, isStarted: false, isBlocked: false, isDeactivated: false, lastId: 0, messages: [] };
  state.chats.push(chat);
  return chat;
}

/** As an update or an answer carries it. */
export function asMessage({ bot }: KeptState, chat: Chat, message: StoredMessage): Record<string, unknown> {
  const { person } = chat;
  const { message_id, date, edit_date, isMine, text, file, isPhoto, repliesTo, topic } = message;
  const from = isMine
    ? { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username }
    : { is_bot: false, ...person };
  const answered = chat.messages.find((each) => each.message_id === repliesTo);
  const said =
    file === undefined ? { text } : { ...fileFields(file, isPhoto === true), ...(text && { caption: text }) };
  return {
    message_id,
    from,
    chat: { id: person.id, first_name: person.first_name, type: 'private' },
    date,
    ...(edit_date === undefined ? {} : { edit_date }),
    ...(topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true }),
    ...(answered === undefined
      ? {}
      : { reply_to_message: asMessage({ bot } as KeptState, { ...chat, messages: [] }, answered) }),
    ...said,
  };
}

function fileFields({ id, name, type, size }: StoredFile, isPhoto: boolean): Record<string, unknown> {
  const unique = `u${id}`;
  if (!isPhoto) {
    return {
      document: { file_id: id, file_unique_id: unique, file_name: name, mime_type: type, file_size: size },
    };
  }
  // Smaller ones come first.
  const small = { file_id: `${id}-s`, file_unique_id: `${unique}s`, width: 90, height: 90, file_size: 1_000 };
  return {
    photo: [small, { file_id: id, file_unique_id: unique, width: 1_280, height: 960, file_size: size }],
  };
}
