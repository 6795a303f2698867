/** What stands on a visible page has been read; everything else counts as unread on the launcher. */
import type { ToPage } from './protocol';
import type { ChatState } from './state';
import { say, sayCounted } from './speech';
import { countUnread } from './thread';

/** What the page around shows of it. */
export function launcherOf(count: number): ToPage {
  const open = say('open');
  const name = count === 0 ? open : `${open}, ${sayCounted('unread', count)}`;
  return { type: 'unread', count, name, title: say('title') };
}

/** Both are told only what is news to them. */
export function makeReading(post: (message: ToPage) => void, markRead: (through: number) => void) {
  let markedThrough = 0;
  let postedUnread = 0;
  return ({ entries, conversation, isShown }: ChatState): void => {
    if (entries === null || conversation === null) return;
    const isSeen = isShown && document.visibilityState === 'visible';
    const readThrough = Math.max(conversation.readThrough, markedThrough);
    const unread = isSeen ? 0 : countUnread(entries, readThrough);
    if (unread !== postedUnread) post(launcherOf(unread));
    postedUnread = unread;
    const through = entries.at(-1)?.sequence ?? 0;
    if (!isSeen || through <= readThrough) return;
    markedThrough = through;
    markRead(through);
  };
}
