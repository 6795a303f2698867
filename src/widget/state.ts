/** What the chat knows, and who is told when it changes. */
import type { Unsent } from './outbox';
import type { ChatEntry, Conversation } from './thread';
import type { SeenMark } from './typing';

export interface ChatState {
  isShown: boolean;
  isOnline: boolean;
  /** No such channel, or it takes no chats any more. */
  isClosed: boolean;
  /** The desk lets nobody in at the moment. */
  isCrowded: boolean;
  /** It was opened by a link that has ended. */
  isLinkOver: boolean;
  conversation: Conversation | null;
  /** Oldest first; null until they have come. */
  entries: ChatEntry[] | null;
  hasEarlier: boolean;
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
  isLinkOver: false,
  conversation: null,
  entries: null,
  hasEarlier: false,
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
