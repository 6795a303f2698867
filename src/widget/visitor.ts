/**
 * Who uses this browser (docs/rules.md M9, E5): the page may say so, and say later that it is somebody else, in this tab or in
 * another one. The chat of whoever was here before then ends, and one begins that knows nothing of it.
 *
 *   identify, nobody known, or the same    the chat goes on, and is theirs
 *   identify, somebody else                nothing is shown until the desk has said so, too; what the former one left is gone
 *   a token that is refused                said in the console; nothing changes
 *   reset                                  the browser forgets all of it, and the session ends
 */
import { type Chat, makeChat } from './chat';
import { readCommand, subjectOf } from './commands';
import { readAddresses } from './addresses';
import type { Place, Said, ToPage } from './protocol';
import { type Identified, keysOf, sessionKey } from './session';
import type { BrowserStore } from './store';
import { notIdentified, notTakenBy } from './words';

interface Options {
  channel: string;
  store: BrowserStore;
  post: (message: ToPage) => void;
  mailToken: string | undefined;
  /** A chat begins, or takes the place of the one before. */
  onBegin: (chat: Chat) => void;
}

export function makeVisitor({ channel, store, post, mailToken, onBegin }: Options) {
  const who = makeWho(channel, store);
  let chat: Chat | null = null;
  let isShown = false;
  const where = makeWhere(post, () => chat);
  /** The last one that the page gave. */
  let identity: string | undefined;

  function begin(isOther = false): void {
    chat?.end();
    const onIdentified = (identified: Identified) => who.note(identified, identity!);
    const told = { onIdentified, onMoved: () => begin(), onWrite: where.ask };
    const how = { post, mailToken, identity, isOther, isKnown: who.isKnown, ...told };
    mailToken = undefined;
    chat = makeChat(channel, store, how);
    where.tell();
    onBegin(chat);
    if (isShown) chat.show(true);
  }

  function identify(token: string): void {
    identity = token;
    const isOther = who.isOther(token);
    if (chat === null || isOther) begin(isOther);
    else chat.identify(token);
  }

  /** Whoever was here has left. */
  function leave(): void {
    identity = undefined;
    where.forget();
    isShown = false;
    post({ type: 'close' });
    begin();
  }

  function reset(): void {
    const sessionToken = store.get(sessionKey(channel));
    store.clear(keysOf(channel));
    if (sessionToken !== null) void endSession(sessionToken);
    leave();
  }

  function hear(said: Said): void {
    const command = readCommand(said);
    if (command.type === 'identify') identify(command.token);
    else if (command.type === 'reset') reset();
    else if (command.type === 'consent') where.consent(command.isGiven);
    else if (command.type === 'wrong') console.error(notTakenBy(command.why));
    else {
      if (chat === null) begin();
      chat!.describe(command.claims);
    }
  }

  store.watch(sessionKey(channel), (value) => (value === null ? leave() : begin()));
  store.watch(who.outboxKey, () => chat?.takeUnsent());

  return {
    /** What the page had said before the chat was there. */
    start(said: Said[]): void {
      // Who it is first: nothing of anybody else is shown meanwhile.
      const isIdentity = (each: Said) => readCommand(each).type === 'identify';
      const last = said.findLast(isIdentity);
      if (last) hear(last);
      for (const each of said) if (!isIdentity(each)) hear(each);
      if (chat === null) begin();
    },
    hear,
    place: where.take,
    show(next: boolean): void {
      isShown = next;
      chat?.show(next);
      if (next) where.ask();
    },
  };
}

/** Whom the site has said this to be, the last time it was believed. */
function makeWho(channel: string, store: BrowserStore) {
  const keyOf = (name: string) => keysOf(channel) + name;
  const [whoKey, outboxKey] = [keyOf('who'), keyOf('outbox')];
  const isOther = (token: string) => {
    const before = store.get(whoKey);
    return before !== null && before !== subjectOf(token);
  };
  return {
    outboxKey,
    isOther,
    isKnown: () => store.get(whoKey) !== null,
    /** Before the session is kept: another tab that is told of it then finds nothing any more that is not theirs. */
    note(identified: Identified, token: string): void {
      if (typeof identified === 'object') return console.error(notIdentified(identified.refused));
      if (isOther(token)) for (const key of [outboxKey, keyOf('draft')]) store.set(key, null);
      store.set(whoKey, subjectOf(token));
    },
  };
}

/** [M9] Where the customer is: asked of the page as long as they agree, and told to the chat of now. */
function makeWhere(post: Options['post'], chatNow: () => Chat | null) {
  let hasConsent = false;
  /** Null: they do not want it seen any more. */
  let place: Place | null | undefined;
  const tell = () => {
    if (place !== undefined) chatNow()?.setPlace(place);
  };
  const ask = () => {
    if (hasConsent) post({ type: 'where' });
  };
  return {
    ask,
    tell,
    consent(isGiven: boolean): void {
      hasConsent = isGiven;
      if (isGiven) return ask();
      place = null;
      tell();
    },
    /** What follows a ? or # may let somebody in, and goes no further. */
    take({ page, referrer }: Place): void {
      if (!hasConsent) return;
      place = { page: bare(page), referrer: bare(referrer) };
      tell();
    },
    forget(): void {
      hasConsent = false;
      place = undefined;
    },
  };
}

const bare = (address: string) => address.split(/[?#]/)[0]!;

async function endSession(sessionToken: string): Promise<void> {
  const { siteUrl } = await readAddresses();
  const body = JSON.stringify({ sessionToken });
  const headers = { 'Content-Type': 'application/json' };
  // The page may be on its way to another one.
  await fetch(`${siteUrl}/widget/end`, { method: 'POST', headers, body, keepalive: true }).catch(() => {});
}
