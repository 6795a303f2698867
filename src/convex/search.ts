/** Finding: asked once for each text, not watched; while the next answer comes, the last one stays. */
import { useConvex, useMutation } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { useCallback, useEffect, useState } from 'react';
import { api } from '../../convex/_generated/api';
import { useMembership } from './session';

export type Found = FunctionReturnType<typeof api.search.find>;
export type FoundThread = Found['threads'][number];

const minuteMs = 60_000;
/** Keys that come faster than this ask once. */
const restMs = 120;

export function useFind(): (text: string) => Promise<Found> {
  const convex = useConvex();
  const { teamId } = useMembership();
  return useCallback(
    (text) => {
      const now = Math.floor(Date.now() / minuteMs) * minuteMs;
      const minutesBehind = new Date().getTimezoneOffset();
      return convex.query(api.search.find, { teamId, text, now, minutesBehind });
    },
    [convex, teamId],
  );
}

interface Search {
  /** Of the text that was asked last; undefined until the first has come. */
  found: Found | undefined;
  /** Why there was no answer. */
  error: unknown;
  /** What is shown is of another text than the one that stands there. */
  isBehind: boolean;
}

export function useSearch(text: string): Search {
  const find = useFind();
  const [answer, setAnswer] = useState<{ text: string; found?: Found; error?: unknown } | null>(null);
  const isFirst = answer === null;
  useEffect(() => {
    let isOver = false;
    const ask = () =>
      find(text).then(
        (found) => !isOver && setAnswer({ text, found }),
        (error: unknown) => !isOver && setAnswer((last) => ({ ...last, text, error })),
      );
    const timer = setTimeout(() => void ask(), isFirst ? 0 : restMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [find, text, isFirst]);
  return { found: answer?.found, error: answer?.error, isBehind: answer?.text !== text };
}

/** Opens a ticket for a conversation that has none, and takes it over. */
export const useTakeOverConversation = () => useMutation(api.tickets.takeOverConversation);
