/** What agents are answering right now (docs/rules.md B5): ids in their order, a small row for each, and one to be read. */
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useLatest } from '../lib/useLatest';
import { useShared } from './useShared';

export type ConversationId = Id<'conversations'>;
export type LiveRow = FunctionReturnType<typeof api.live.row>;
export type WatchedConversation = NonNullable<ReturnType<typeof useWatched>>;

/** Hottest first; `undefined` until they have come. */
export const useLiveList = () => useLatest(useShared(api.live.list, {}));

/** How many have anything unusual about them. */
export const useHotCount = () => useShared(api.live.hot, {});

export const useLiveRow = (conversationId: Id<'conversations'>) =>
  useShared(api.live.row, { conversationId });

/** What stands around its thread, and what moves in it. */
export function useWatched(conversationId: Id<'conversations'>) {
  const page = useShared(api.live.page, { conversationId });
  const head = useShared(api.conversations.head, { conversationId });
  return page && head && { ...page, ...head, conversationId };
}
