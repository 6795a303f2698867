/**
 * The chat: its state (`state.ts`) and what the customer can do, without any drawing.
 *
 * Asleep until the visitor opens it for the first time (or has a session from before): a visitor who never reaches for
 * it costs the desk nothing. What they write before the connection stands waits in the outbox.
 */
import { api } from '../../convex/_generated/api';
import { connect, type Connection } from './connection';
import { makeOutbox, type SentFile } from './outbox';
import type { ToPage } from './protocol';
import { makeReading } from './reading';
import { sessionKey } from './session';
import { makeState, type State } from './state';
import type { Store } from './store';
import type { ChatEntry, Conversation } from './thread';
import { keepMarks, makeOwnTyping, typingNow } from './typing';
import { words } from './words';

const pageSize = 50;

export type Chat = ReturnType<typeof makeChat>;

export function makeChat(
  channel: string,
  store: Store,
  { post, mailToken }: { post: (message: ToPage) => void; mailToken?: string | undefined },
) {
  const outbox = makeOutbox({
    store,
    key: `baton.${channel}.outbox`,
    send: async (message) => (await wake()).send(message),
    onChange: () => state.change({ unsent: outbox.list() }),
  });
  const state = makeState({ unsent: outbox.list() });
  const thread = followThread(state, post);
  const { wake, call } = sleepUntilNeeded(() =>
    connect({
      channel,
      store,
      onOnline: (isOnline) => isOnline !== state.now().isOnline && state.change({ isOnline }),
      onSignedIn: () => void outbox.flush(),
      onClosed: () => {
        console.warn(words.noSuchChannel(channel));
        state.change({ isClosed: true });
      },
      mailToken,
      onLinkOver: () => state.change({ isLinkOver: true }),
      onCrowded: (isCrowded) => isCrowded !== state.now().isCrowded && state.change({ isCrowded }),
    }).then(thread.follow),
  );
  const typing = makeOwnTyping((isTyping) =>
    call(({ client }) => client.mutation(api.web.setTyping, { isTyping })),
  );
  const noteRead = makeReading(post, (through) =>
    call(({ client }) => client.mutation(api.web.markRead, { through })),
  );
  state.subscribe(noteRead);
  document.addEventListener('visibilitychange', () => noteRead(state.now()));
  if (store.get(sessionKey(channel)) !== null) void wake();
  if (state.now().unsent.length > 0) void outbox.flush();

  return {
    get state() {
      return state.now();
    },
    subscribe: state.subscribe,
    show(isShown: boolean): void {
      state.change({ isShown });
      if (isShown) void wake();
    },
    write(text: string, files: SentFile[] = []): void {
      typing.sent();
      outbox.add(text, files);
      void outbox.flush();
    },
    /** Rejects, in words, when it is not taken. */
    upload: async (file: File): Promise<SentFile> => (await wake()).upload(file),
    retry(clientMessageId: string): void {
      outbox.retry(clientMessageId);
      void outbox.flush();
    },
    discard: outbox.remove,
    /** Nothing before the first message: the mark would have nowhere to stand. */
    setTyping(isTyping: boolean): void {
      if (state.now().conversation?.conversationId != null) typing.set(isTyping);
    },
    loadEarlier: () => call(thread.followMore),
    askForPerson: () => askForPerson(state, wake),
    /** Rejects when the desk does not take the address. */
    async leaveEmail(email: string): Promise<void> {
      await (await wake()).client.mutation(api.web.leaveEmail, { email });
    },
  };
}

/** One connection, made when it is first needed. */
function sleepUntilNeeded(connectNow: () => Promise<Connection>) {
  let connection: Promise<Connection> | null = null;
  const wake = () => (connection ??= connectNow());
  /** For what may be lost: nobody is told when it fails. */
  const call = (use: (made: Connection) => unknown): void =>
    void wake()
      .then(use)
      .catch(() => {});
  return { wake, call };
}

/** Takes into the state what the desk says of the conversation. */
function followThread(state: State, post: (message: ToPage) => void) {
  let count = pageSize;
  let drawAgain: ReturnType<typeof setTimeout> | undefined;

  function takeConversation(conversation: Conversation): void {
    if (conversation.conversationId !== null) post({ type: 'known' });
    const now = Date.now();
    const before = state.now();
    const typing = keepMarks(before.typing, conversation.typing, now);
    const isTyping = typingNow(typing, now).length > 0;
    state.change({
      conversation,
      typing,
      seenThrough: isTyping ? conversation.lastSequence : before.seenThrough,
      ...(conversation.speakingWith !== 'agent' && { asking: 'no' }),
    });
    clearTimeout(drawAgain);
    if (!isTyping) return;
    drawAgain = setTimeout(() => state.change({}), Math.max(...typing.map(({ endsAt }) => endsAt)) - now);
  }
  const takeEntries = (entries: ChatEntry[], hasEarlier: boolean) => state.change({ entries, hasEarlier });

  return {
    follow(connection: Connection): Connection {
      connection.watchConversation(takeConversation);
      connection.watchEntries(count, takeEntries);
      return connection;
    },
    followMore(connection: Connection): void {
      count += pageSize;
      connection.watchEntries(count, takeEntries);
    },
  };
}

async function askForPerson(state: State, wake: () => Promise<Connection>): Promise<void> {
  state.change({ asking: 'busy' });
  try {
    const { outcome, place } = await (await wake()).client.mutation(api.web.askForPerson, {});
    const asked = { isAgain: outcome === 'askedBefore', place, at: Date.now() };
    state.change({ asking: outcome === 'personIsHere' ? 'no' : asked });
  } catch {
    state.change({ asking: 'failed' });
  }
}
