/**
 * The chat's state and what the customer can do, without any drawing.
 *
 * Asleep until the visitor opens it for the first time (or has a session from before): a visitor who never reaches for
 * it costs the desk nothing. What they write before the connection stands waits in the outbox.
 */
import { api } from '../../convex/_generated/api';
import { connect, type Connection } from './connection';
import { makeOutbox, type Unsent } from './outbox';
import type { ToPage } from './protocol';
import { sessionKey } from './session';
import type { Store } from './store';
import { type ChatEntry, type Conversation, countUnread } from './thread';
import { keepMarks, type SeenMark, typingNow } from './typing';

export interface ChatState {
  isShown: boolean;
  isOnline: boolean;
  /** No such channel, or it takes no chats any more. */
  isClosed: boolean;
  conversation: Conversation | null;
  /** Oldest first; null until they have come. */
  entries: ChatEntry[] | null;
  hasEarlier: boolean;
  unsent: Unsent[];
  typing: SeenMark[];
  /** The team's side has seen the thread up to here, as far as its typing tells. */
  seenThrough: number;
  /** How the last wish for a person went. */
  asking: 'no' | 'busy' | 'askedBefore' | 'failed';
}

const pageSize = 50;
const typingEveryMs = 3_000;

export type Chat = ReturnType<typeof makeChat>;

export function makeChat(channel: string, store: Store, post: (message: ToPage) => void) {
  let connection: Promise<Connection> | null = null;
  let count = pageSize;
  let markedThrough = 0;
  let postedUnread = 0;
  let typedAt = 0;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<(state: ChatState) => void>();

  const outbox = makeOutbox({
    store,
    key: `baton.${channel}.outbox`,
    send: async (message) => (await wake()).send(message),
    onChange: () => change({ unsent: outbox.list() }),
  });

  let state: ChatState = {
    isShown: false,
    isOnline: true,
    isClosed: false,
    conversation: null,
    entries: null,
    hasEarlier: false,
    unsent: outbox.list(),
    typing: [],
    seenThrough: 0,
    asking: 'no',
  };

  function change(changes: Partial<ChatState>): void {
    state = { ...state, ...changes };
    for (const listener of listeners) listener(state);
  }

  function wake(): Promise<Connection> {
    connection ??= connect({
      channel,
      store,
      onOnline: (isOnline) => isOnline !== state.isOnline && change({ isOnline }),
      onSignedIn: () => void outbox.flush(),
      onClosed: () => change({ isClosed: true }),
    }).then((made) => {
      made.watchConversation(takeConversation);
      made.watchEntries(count, takeEntries);
      return made;
    });
    return connection;
  }

  function takeConversation(conversation: Conversation): void {
    if (conversation.conversationId !== null) post({ type: 'known' });
    const now = Date.now();
    const typing = keepMarks(state.typing, conversation.typing, now);
    const isTyping = typingNow(typing, now).length > 0;
    change({
      conversation,
      typing,
      seenThrough: isTyping ? conversation.lastSequence : state.seenThrough,
      ...(conversation.speakingWith !== 'agent' && { asking: 'no' }),
    });
    clearTimeout(typingTimer);
    if (isTyping)
      typingTimer = setTimeout(() => change({}), Math.max(...typing.map(({ endsAt }) => endsAt)) - now);
    noteRead();
  }

  function takeEntries(entries: ChatEntry[], hasEarlier: boolean): void {
    change({ entries, hasEarlier });
    noteRead();
  }

  /** What stands on a visible page has been read; everything else counts as unread on the launcher. */
  function noteRead(): void {
    const { entries, conversation, isShown } = state;
    if (entries === null || conversation === null) return;
    const isSeen = isShown && document.visibilityState === 'visible';
    const unread = isSeen ? 0 : countUnread(entries, Math.max(conversation.readThrough, markedThrough));
    if (unread !== postedUnread) post({ type: 'unread', count: unread });
    postedUnread = unread;
    const through = entries.at(-1)?.sequence ?? 0;
    if (!isSeen || through <= Math.max(conversation.readThrough, markedThrough)) return;
    markedThrough = through;
    void call(({ client }) => client.mutation(api.web.markRead, { through }));
  }

  /** For what may be lost: nobody is told when it fails. */
  const call = (use: (made: Connection) => Promise<unknown>) =>
    wake()
      .then(use)
      .catch(() => {});

  document.addEventListener('visibilitychange', noteRead);
  if (store.get(sessionKey(channel)) !== null || state.unsent.length > 0) void wake();

  return {
    get state() {
      return state;
    },
    subscribe(listener: (state: ChatState) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show(isShown: boolean): void {
      change({ isShown });
      if (isShown) void wake();
      noteRead();
    },
    write(text: string): void {
      typedAt = 0;
      outbox.add(text);
      void outbox.flush();
    },
    retry(clientMessageId: string): void {
      outbox.retry(clientMessageId);
      void outbox.flush();
    },
    discard: outbox.remove,
    /** At most one mark every few seconds; nothing before the first message, which would have nowhere to stand. */
    setTyping(isTyping: boolean): void {
      const now = Date.now();
      if (
        state.conversation?.conversationId == null ||
        (isTyping ? now - typedAt < typingEveryMs : typedAt === 0)
      )
        return;
      typedAt = isTyping ? now : 0;
      void call(({ client }) => client.mutation(api.web.setTyping, { isTyping }));
    },
    loadEarlier(): void {
      count += pageSize;
      void call(async (made) => made.watchEntries(count, takeEntries));
    },
    async askForPerson(): Promise<void> {
      change({ asking: 'busy' });
      try {
        const { outcome } = await (await wake()).client.mutation(api.web.askForPerson, {});
        change({ asking: outcome === 'askedBefore' ? 'askedBefore' : 'no' });
      } catch {
        change({ asking: 'failed' });
      }
    },
    /** Rejects when the desk does not take the address. */
    async leaveEmail(email: string): Promise<void> {
      await (await wake()).client.mutation(api.web.leaveEmail, { email });
    },
  };
}
