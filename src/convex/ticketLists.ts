/** The lists of tickets: numbers in their order, and what a line shows of each, asked for where it is on screen. */
import { useMemo, useState } from 'react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Filters, Position, Sort } from '../../convex/shared/tickets/lists';
import type { TicketList } from '../../convex/shared/tickets/places';
import type { Live } from './live';
import { useMentionedIn, useNeeds } from './needs';
import { useMembership } from './session';
import { useOutcome, valueOf } from './useLive';
import { type TicketNumbers, usePages } from './usePages';
import { useShared, useSharedLives } from './useShared';

export const views = [
  'mine',
  'needsReply',
  'mentions',
  'unassigned',
  'all',
  'snoozed',
  'resolved',
  'closed',
] as const;
export type View = (typeof views)[number];
export type TicketRow = NonNullable<FunctionReturnType<typeof api.tickets.row>>;

/** Which list each view is; mentions are one person's own. */
const listOf: Record<Exclude<View, 'mentions'>, TicketList> = {
  mine: 'assigned',
  needsReply: 'needsReply',
  unassigned: 'unassigned',
  all: 'all',
  snoozed: 'snoozed',
  resolved: 'resolved',
  closed: 'closed',
};

/** A view in an order, narrowed. */
export interface Listing {
  view: View;
  sort: Sort;
  filters: Filters;
}

/** The numbers of a list, page by page. While a page of another length comes, the list stands as it was. */
export function useTicketNumbers({ view, sort, filters }: Listing): TicketNumbers {
  const { memberId } = useMembership();
  const liveOf = useSharedLives();
  const mentioned = useMentionedIn(view === 'mentions');
  const list = view === 'mentions' ? null : listOf[view];
  const asked = {
    ...(list === 'assigned' && { memberId }),
    // The plain list is one question, whoever asks it.
    ...(sort !== 'waiting' && { sort }),
    ...(Object.values(filters).some((each) => each !== undefined) && { filters }),
  };
  const paged = usePages<Position>(
    list && ((after) => liveOf(api.tickets.list, { ...asked, list, ...after })),
  );
  return list === null ? { numbers: mentioned } : paged;
}

/** `undefined` until it has come. `pauseMs` after it is first shown it is asked for: not while it only flies by. */
export function useTicketRow(number: number, pauseMs: number): TicketRow | null | undefined {
  const live = useSharedLives()(api.tickets.row, { number });
  const [pause] = useState(pauseMs);
  const paused = useMemo(() => (pause > 0 ? after(pause, live) : live), [pause, live]);
  return valueOf(useOutcome(paused));
}

function after<Value>(ms: number, { subscribe, now }: Pick<Live<Value>, 'subscribe' | 'now'>) {
  return {
    now,
    subscribe(listener: () => void) {
      let end = () => {};
      const timer = setTimeout(() => {
        end = subscribe(listener);
        listener();
      }, ms);
      return () => {
        clearTimeout(timer);
        end();
      };
    },
  };
}

export function useTicketCounts() {
  const { memberId } = useMembership();
  const mine = useShared(api.tickets.countOf, { memberId });
  const team = useShared(api.tickets.counts, {});
  const needs = useNeeds()?.needs;
  if (mine === undefined || team === undefined || needs === undefined) return undefined;
  return { ...team, mine, mentions: needs.filter(({ kind }) => kind === 'mention').length };
}

/** Active tickets of each agent that has any. */
export const useCountsOfAgents = () => useShared(api.tickets.countsOfAgents, {});

/** Every tag that a ticket has, and how many have it. */
export const useTags = () => useShared(api.tickets.tags, {});
