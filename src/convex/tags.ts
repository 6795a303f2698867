/** Tags as the team keeps them. Which there are, and on how many tickets: `useTags`. */
import { useMutation } from 'convex/react';
import type { OptimisticLocalStore } from 'convex/browser';
import type { FunctionArgs } from 'convex/server';
import { useMemo } from 'react';
import { api } from '../../convex/_generated/api';
import type { TagColour } from '../../convex/shared/tickets/tags';
import { useOptimisticMutation } from './optimistic';
import { useShared } from './useShared';

/** The colour of each tag that has one. */
export function useTagColours(): ReadonlyMap<string, TagColour> {
  const colours = useShared(api.tags.colours, {});
  return useMemo(() => new Map(colours?.map(({ tag, colour }) => [tag, colour])), [colours]);
}

/** What was renamed, or with `to` null deleted, lately. */
export const useTagChanges = () => useShared(api.tags.changes, {});

export const useRenameTag = () => useMutation(api.tags.rename);
export const useRemoveTag = () => useMutation(api.tags.remove);

function showColour(store: OptimisticLocalStore, { tag, colour }: FunctionArgs<typeof api.tags.setColour>) {
  for (const { args, value } of store.getAllQueries(api.tags.colours)) {
    const others = value?.filter((each) => each.tag !== tag) ?? [];
    store.setQuery(api.tags.colours, args, colour === null ? others : [...others, { tag, colour }]);
  }
}
export const useSetTagColour = () => useOptimisticMutation(api.tags.setColour, showColour);
