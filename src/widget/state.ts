/** What the chat knows, and who is told when it changes. */
import type { Unsent } from './outbox';
import type { ChatEntry, Conversation, Talk } from './thread';
import type { SeenMark } from './typing';

export interface ChatState {
  isShown: boolean;
  isOnline: boolean;
  /** No such channel, or it takes no chats any more. */
  isClosed: boolean;
  /** The desk lets nobody in at the moment. */
  isCrowded: boolean;
  /** The browser lets the chat keep something beyond the page. */
  isKept: boolean;
  /** The page says that this is somebody else now: nothing is shown until the desk has said so, too. */
  isChanging: boolean;
  /** It was opened by a link that has ended. */
  isLinkOver: boolean;
  conversation: Conversation | null;
  /** Oldest first; null until they have come. */
  entries: ChatEntry[] | null;
  hasEarlier: boolean;
  /** [M9] Of the person their site has shown this to be, the newest first. */
  talks: Talk[];
  unsent: Unsent[];
  typing: SeenMark[];
  /** The team's side has seen the thread up to here, as far as its typing tells. */
  seenThrough: number;
  /** How the last wish for a person went. */
  asking: 'no' | 'busy' | 'failed' | Asked;
}

/** What the desk answered: the place in line as it was then, where it is known. */
interface Asked {
  isAgain: boolean;
  place: number | null;
  at: number;
}

const atFirst: ChatState = {
  isShown: false,
  isOnline: true,
  isClosed: false,
  isCrowded: false,
  isKept: true,
  isChanging: false,
  isLinkOver: false,
  conversation: null,
  entries: null,
  hasEarlier: false,
  talks: [],
  unsent: [],
  typing: [],
  seenThrough: 0,
  asking: 'no',
};

export type State = ReturnType<typeof makeState>;

export function makeState(known: Partial<ChatState>) {
  let state = { ...atFirst, ...known };
  const listeners = new Set<(state: ChatState) => void>();
  return {
    now: () => state,
    change(changes: Partial<ChatState>): void {
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state);
    },
    subscribe(listener: (state: ChatState) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
