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
import type { Said, ToPage } from './protocol';
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
  const [whoKey, outboxKey, draftKey] = ['who', 'outbox', 'draft'].map((name) => keysOf(channel) + name) as [
    string,
    string,
    string,
  ];
  let chat: Chat | null = null;
  let isShown = false;
  /** The last one that the page gave. */
  let identity: string | undefined;

  const isKnown = () => store.get(whoKey) !== null;

  function begin(isOther = false): void {
    chat?.end();
    const how = { post, mailToken, identity, isOther, onIdentified: note, isKnown, onMoved: () => begin() };
    mailToken = undefined;
    chat = makeChat(channel, store, how);
    onBegin(chat);
    if (isShown) chat.show(true);
  }

  /** Before the session is kept: another tab that is told of it then finds nothing any more that is not theirs. */
  function note(identified: Identified): void {
    if (typeof identified === 'object') return console.error(notIdentified(identified.refused));
    const [before, who] = [store.get(whoKey), subjectOf(identity!)];
    if (before !== null && before !== who) for (const key of [outboxKey, draftKey]) store.set(key, null);
    store.set(whoKey, who);
  }

  function identify(token: string): void {
    identity = token;
    const before = store.get(whoKey);
    const isOther = before !== null && before !== subjectOf(token);
    if (chat === null || isOther) begin(isOther);
    else chat.identify(token);
  }

  /** Whoever was here has left. */
  function leave(): void {
    identity = undefined;
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
    else if (command.type === 'wrong') console.error(notTakenBy(command.why));
    else {
      if (chat === null) begin();
      chat!.describe(command.claims);
    }
  }

  store.watch(sessionKey(channel), (value) => (value === null ? leave() : begin()));
  store.watch(outboxKey, () => chat?.takeUnsent());

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
    show(next: boolean): void {
      isShown = next;
      chat?.show(next);
    },
  };
}

async function endSession(sessionToken: string): Promise<void> {
  const { siteUrl } = await readAddresses();
  const body = JSON.stringify({ sessionToken });
  const headers = { 'Content-Type': 'application/json' };
  // The page may be on its way to another one.
  await fetch(`${siteUrl}/widget/end`, { method: 'POST', headers, body, keepalive: true }).catch(() => {});
}
