/** The customer's thread as lines to draw: days, messages in groups, and what the system said between. Pure. */
import type { FunctionReturnType } from 'convex/server';
import type { api } from '../../convex/_generated/api';
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import type { Unsent } from './outbox';

export type ChatEntry = FunctionReturnType<typeof api.web.entries>['page'][number];
export type Conversation = FunctionReturnType<typeof api.web.conversation>;
export type Talk = FunctionReturnType<typeof api.web.talks>[number];
type From = ChatEntry['from'];

export interface Message {
  key: string;
  from: From;
  name: string;
  text: string;
  at: number;
  sources: string[];
  files: ShownFile[];
  /** By which channel it went, where it is not for this browser. */
  elsewhere: ChatEntry['elsewhere'];
  state: 'sent' | 'sending' | 'failed';
  failure?: string | undefined;
  filesGone?: boolean | undefined;
}

export type Line =
  | { type: 'day'; key: string; at: number }
  | { type: 'system'; key: string; text: string; systemText: ChatEntry['systemText']; saidOf: string | null }
  | { type: 'message'; key: string; message: Message; startsGroup: boolean; endsGroup: boolean };

const groupMs = 5 * 60_000;

/** `entries` oldest first. What the desk has not confirmed stands at the end, in the order it was written. */
export function buildLines(entries: ChatEntry[], unsent: Unsent[]): Line[] {
  const lines: Line[] = [];
  const confirmed = new Set(entries.map(({ clientMessageId }) => clientMessageId));
  const waiting = unsent
    .filter(({ clientMessageId }) => !confirmed.has(clientMessageId))
    .map(messageOfUnsent);
  let day = '';
  for (const message of [...entries.map(messageOf), ...waiting]) {
    const next = new Date(message.at).toDateString();
    if (next !== day) lines.push({ type: 'day', key: `day ${next}`, at: message.at });
    day = next;
    if (message.from === 'system') {
      const { key, text, systemText, saidOf } = message;
      lines.push({ type: 'system', key, text, systemText, saidOf });
      continue;
    }
    const last = lines.at(-1);
    const continues = last?.type === 'message' && isSameTurn(last.message, message);
    if (continues) last.endsGroup = false;
    lines.push({ type: 'message', key: message.key, message, startsGroup: !continues, endsGroup: true });
  }
  return lines;
}

type Drawable = Message & Pick<ChatEntry, 'systemText' | 'saidOf'>;

function messageOf(entry: ChatEntry): Drawable {
  const { _id, clientMessageId, attachments: files, ...shown } = entry;
  // The same key before and after the desk has confirmed it: the bubble stays, and is announced once.
  return { ...shown, key: clientMessageId ?? _id, files, state: 'sent' };
}

function messageOfUnsent({ clientMessageId, text, at, files = [], failure, filesGone }: Unsent): Drawable {
  const state = failure === undefined ? 'sending' : 'failed';
  return {
    key: clientMessageId,
    from: 'customer',
    name: '',
    text,
    at,
    sources: [],
    files,
    systemText: null,
    saidOf: null,
    elsewhere: null,
    state,
    failure,
    filesGone,
  };
}

const isSameTurn = (before: Message, after: Message) =>
  before.from === after.from && before.name === after.name && after.at - before.at < groupMs;

/** How many messages of the team's side the customer has not read. */
export function countUnread(entries: ChatEntry[], readThrough: number): number {
  return entries.filter(({ from, sequence }) => from !== 'customer' && sequence > readThrough).length;
}
