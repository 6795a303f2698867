/**
 * The chat: its state (`state.ts`) and what the customer can do, without any drawing.
 *
 * Asleep until the visitor opens it for the first time (or has a session from before): a visitor who never reaches for
 * it costs the desk nothing. What they write before the connection stands waits in the outbox.
 */
import { api } from './api';
import type { Claims } from './commands';
import { codeOf, connect, type Connection, messageOf } from './connection';
import { makeOutbox, type SentFile } from './outbox';
import { makePlace } from './place';
import type { Place, ToPage } from './protocol';
import { makeReading } from './reading';
import { type Identified, sessionKey } from './session';
import { makeState, type State } from './state';
import type { BrowserStore } from './store';
import type { ChatEntry, Conversation, Talk } from './thread';
import { keepMarks, makeOwnTyping, typingNow } from './typing';
import { languageNow } from './speech';
import { knowsTimes, knowTimes, noSuchChannel, notTakenBy } from './words';
import type { Upload } from '../lib/postFile';

const pageSize = 50;

export type Chat = ReturnType<typeof makeChat>;

interface Options {
  post: (message: ToPage) => void;
  mailToken?: string | undefined;
  /** A token that the site signed. */
  identity?: string | undefined;
  /** It says that somebody else is here than before: what that one left is neither shown nor sent. */
  isOther?: boolean;
  onIdentified?: (identified: Identified) => void;
  /** Their site has said who this is. */
  isKnown?: () => boolean;
  /** A message was written. */
  onWrite?: () => void;
  /** This browser is in another conversation now. */
  onMoved?: () => void;
}

export function makeChat(
  channel: string,
  store: BrowserStore,
  { post, identity, isOther = false, isKnown = () => false, onMoved = () => {}, ...rest }: Options,
) {
  let nextIdentity = identity;
  const claims: Claims[] = [];
  const outbox = makeOutbox({
    store,
    key: `baton.${channel}.outbox`,
    send: async (message) => (await wake()).send(message),
    onChange: () => state.change({ unsent: outbox.list() }),
  });
  const state = makeState({
    unsent: isOther ? [] : outbox.list(),
    isKept: store.isKept,
    isChanging: isOther,
  });
  const thread = followThread(state, post, onMoved);
  const { wake, call, isAwake, end } = sleepUntilNeeded(() =>
    connect({
      ...stateOf(state, channel),
      channel,
      store,
      mailToken: rest.mailToken,
      identity: nextIdentity,
      onSignedIn: () => void outbox.flush(),
      onIdentified: (identified) => {
        rest.onIdentified?.(identified);
        if (isKnown()) call(thread.followTalks);
        state.change({ isChanging: false, unsent: outbox.list() });
      },
    }).then((made) => {
      for (const each of claims.splice(0)) void sayOf(made, each);
      if (isKnown()) thread.followTalks(made);
      return thread.follow(made);
    }),
  );
  const endReading = watchReading(state, post, call);
  if (store.get(sessionKey(channel)) !== null) void wake();
  if (state.now().unsent.length > 0) void outbox.flush();

  return {
    get state() {
      return state.now();
    },
    subscribe: state.subscribe,
    ...writing({ outbox, typing: tellTyping(call), state, wake, onWrite: rest.onWrite }),
    setPlace: watchPlace(state, call),
    ...asking({ state, wake }),
    show(isShown: boolean): void {
      state.change({ isShown });
      if (isShown) void wake();
    },
    /** [M9] Who this is, by a token the site has signed; while nobody has opened the chat it waits. */
    identify(next: string): void {
      nextIdentity = next;
      if (isAwake()) call((made) => made.identify(next));
    },
    /** [M9] What the page claims of its customer. */
    describe(said: Claims): void {
      if (isAwake()) call((made) => sayOf(made, said));
      else claims.push(said);
    },
    goBack: (conversationId: Talk['conversationId']) =>
      call(({ client }) => client.mutation(api.web.goBack, { conversationId })),
    loadEarlier: () => call(thread.followMore),
    /** Nothing of it goes on. */
    end(): void {
      endReading();
      end();
    },
  };
}

/** What the connection tells of itself, as the state has it. */
function stateOf(state: State, channel: string) {
  return {
    onOnline: (isOnline: boolean) => isOnline !== state.now().isOnline && state.change({ isOnline }),
    onClosed: () => {
      console.warn(noSuchChannel(channel));
      state.change({ isClosed: true });
    },
    onLinkOver: () => state.change({ isLinkOver: true }),
    onCrowded: (isCrowded: boolean) => isCrowded !== state.now().isCrowded && state.change({ isCrowded }),
  };
}

/** [M9] Returns how to say where the customer is; null: they do not want it seen any more. */
function watchPlace(state: State, call: Call) {
  const { look, set } = makePlace((place) =>
    call(({ client }) => client.mutation(api.web.notePage, { place })),
  );
  state.subscribe(look);
  return (place: Place | null) => set(place, state.now());
}

const tellTyping = (call: Call) =>
  makeOwnTyping((isTyping) => call(({ client }) => client.mutation(api.web.setTyping, { isTyping })));

/** What has been read is told to the desk and the page. Returns how that ends. */
function watchReading(state: State, post: (message: ToPage) => void, call: Call): () => void {
  const noteRead = makeReading(post, (through) =>
    call(({ client }) => client.mutation(api.web.markRead, { through })),
  );
  const look = () => noteRead(state.now());
  state.subscribe(noteRead);
  document.addEventListener('visibilitychange', look);
  return () => document.removeEventListener('visibilitychange', look);
}

type Call = ReturnType<typeof sleepUntilNeeded>['call'];
type Wake = () => Promise<Connection>;

interface Writing {
  outbox: ReturnType<typeof makeOutbox>;
  typing: ReturnType<typeof makeOwnTyping>;
  state: State;
  wake: Wake;
  onWrite?: (() => void) | undefined;
}

/** What the customer writes. */
function writing({ outbox, typing, state, wake, onWrite }: Writing) {
  return {
    write(text: string, files: SentFile[] = []): void {
      typing.sent();
      outbox.add(text, files);
      void outbox.flush();
      onWrite?.();
    },
    /** Rejects, in words, when it is not taken. */
    upload: async (file: File, how: Upload): Promise<SentFile> => (await wake()).upload(file, how),
    retry(clientMessageId: string): void {
      outbox.retry(clientMessageId);
      void outbox.flush();
    },
    discard: outbox.remove,
    /** Nothing before the first message: the mark would have nowhere to stand. */
    setTyping(isTyping: boolean): void {
      if (state.now().conversation?.conversationId != null) typing.set(isTyping);
    },
    /** The outbox was changed in another tab. */
    takeUnsent: () => state.change({ unsent: outbox.list() }),
  };
}

/** What the customer asks for beside. */
function asking({ state, wake }: Pick<Writing, 'state' | 'wake'>) {
  return {
    /** False: it could not be ended. */
    async endChat(): Promise<boolean> {
      try {
        await (await wake()).client.mutation(api.web.endChat, {});
        return true;
      } catch {
        return false;
      }
    },
    askForPerson: () => askForPerson(state, wake),
    /** Rejects when it is not sent. Without an address it goes where it is proven that they read. */
    async mailTranscript(email?: string) {
      const asked = { language: languageNow(), ...(email !== undefined && { email }) };
      return (await wake()).client.mutation(api.web.mailTranscript, asked);
    },
    /** Rejects when the desk does not take it. */
    async rate(score: number, comment: string): Promise<void> {
      await (await wake()).client.mutation(api.web.rate, { score, comment });
    },
    /** Rejects when the desk does not take the address. */
    async leaveEmail(email: string): Promise<void> {
      await (await wake()).client.mutation(api.web.leaveEmail, { email });
    },
  };
}

/** One connection, made when it is first needed. */
function sleepUntilNeeded(connectNow: () => Promise<Connection>) {
  let connection: Promise<Connection> | null = null;
  let isOver = false;
  const wake = () =>
    (connection ??= connectNow().then((made) => {
      if (isOver) made.close();
      return made;
    }));
  /** For what may be lost: nobody is told when it fails. */
  const call = (use: (made: Connection) => unknown): void =>
    void wake()
      .then(use)
      .catch(() => {});
  const end = () => {
    isOver = true;
    void connection?.then((made) => made.close());
  };
  return { wake, call, isAwake: () => connection !== null, end };
}

/** The page's own words of its customer; what is wrong with them is for whoever writes it. */
async function sayOf({ client }: Connection, claims: Claims): Promise<void> {
  try {
    await client.mutation(api.web.describe, claims);
  } catch (error) {
    if (codeOf(error) === 'INVALID_INPUT') console.error(notTakenBy(messageOf(error)));
  }
}

/** Takes into the state what the desk says of the conversation. */
function followThread(state: State, post: (message: ToPage) => void, onMoved: () => void) {
  let count = pageSize;
  let hasTalks = false;
  let drawAgain: ReturnType<typeof setTimeout> | undefined;

  let hasAsked = false;
  /** While that is asked for. */
  let newest: Conversation | null = null;

  function takeConversation(conversation: Conversation): void {
    // Whoever is told when the team is there waits for what reads it: the line does not change under their eyes.
    if (conversation.calendar !== null && !knowsTimes() && !hasAsked) {
      const isFirst = newest === null;
      newest = conversation;
      if (isFirst) void knowTimes().then(() => ((hasAsked = true), takeConversation(newest!)));
      return;
    }
    if (conversation.conversationId !== null) post({ type: 'known' });
    const now = Date.now();
    const before = state.now();
    const isMoved =
      (before.conversation?.conversationId ?? conversation.conversationId) !== conversation.conversationId;
    if (isMoved) return onMoved();
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
    /** Only somebody who is known has any. */
    followTalks(connection: Connection): void {
      if (!hasTalks) connection.watchTalks((talks) => state.change({ talks }));
      hasTalks = true;
    },
    followMore(connection: Connection): void {
      count += pageSize;
      connection.watchEntries(count, takeEntries);
    },
  };
}

async function askForPerson(state: State, wake: Wake): Promise<void> {
  state.change({ asking: 'busy' });
  try {
    const { outcome, place } = await (await wake()).client.mutation(api.web.askForPerson, {});
    const asked = { isAgain: outcome === 'askedBefore', place, at: Date.now() };
    state.change({ asking: outcome === 'personIsHere' ? 'no' : asked });
  } catch {
    state.change({ asking: 'failed' });
  }
}
