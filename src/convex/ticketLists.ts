/** The lists of tickets: numbers in their order, and what a line shows of each, asked for where it is on screen. */
import { useMemo, useState } from 'react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Filters, Sort } from '../../convex/shared/tickets/lists';
import type { TicketList } from '../../convex/shared/tickets/places';
import { maxLooked } from '../../convex/shared/tickets/tickets';
import { useLatest } from '../lib/useLatest';
import { Failed, type Live } from './live';
import { useMentionedIn, useNeeds } from './needs';
import { useMembership } from './session';
import { useAll, useOutcome, valueOf } from './useLive';
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

type Page = FunctionReturnType<typeof api.tickets.list>;

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

interface TicketNumbers {
  /** As far as they have been asked for; `undefined` until the first have come. */
  numbers: number[] | undefined;
  /** Absent when there are no more, or more are on their way. */
  loadMore?: () => void;
  /** So many rows were looked at, and it goes no further by itself: `loadMore` does when one asks. */
  stoppedAfter?: number;
}

/** The numbers of a list, page by page. While a page of another length comes, the list stands as it was. */
export function useTicketNumbers({ view, sort, filters }: Listing): TicketNumbers {
  const { memberId } = useMembership();
  const liveOf = useSharedLives();
  const [wanted, setWanted] = useState(1);
  const mentioned = useMentionedIn(view === 'mentions');
  const list = view === 'mentions' ? null : listOf[view];
  const asked = {
    ...(list === 'assigned' && { memberId }),
    // The plain list is one question, whoever asks it.
    ...(sort !== 'waiting' && { sort }),
    ...(Object.values(filters).some((each) => each !== undefined) && { filters }),
  };
  const pages: Live<Page>[] = [];
  for (let after: Page['next'] | undefined; list && pages.length < wanted && after !== null;) {
    const page = liveOf(api.tickets.list, { ...asked, list, ...(after && { after }) });
    pages.push(page);
    const known = page.now();
    if (known === undefined || known instanceof Failed) break;
    after = known.next;
  }
  const values = useAll(pages);
  const last = values.at(-1);
  const isWhole = last !== undefined && (last.next === null || values.length === wanted);
  const whole = useMemo(
    () => mentioned ?? (isWhole ? values.flatMap((page) => page?.numbers ?? []) : undefined),
    [isWhole, values, mentioned],
  );
  const hasMore = isWhole && last.next !== null;
  const stops = values.filter((page) => page?.hasStopped).length;
  return {
    numbers: useLatest(whole),
    ...(hasMore && { loadMore: () => setWanted(values.length + 1) }),
    ...(hasMore && last.hasStopped && { stoppedAfter: stops * maxLooked }),
  };
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
