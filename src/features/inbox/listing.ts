/** What the address says of a list: its order and its filters. What nobody could have chosen is left out. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ChannelKind } from '../../../convex/shared/conversation/channels';
import { isLonger } from '../../../convex/shared/kit/text';
import { maxTagLength, priorities, ticketStatuses } from '../../../convex/shared/tickets/tickets';
import type { Priority, TicketStatus } from '../../../convex/shared/tickets/tickets';
import type { Sort } from '../../../convex/shared/tickets/lists';
import { useMembership } from '../../convex/session';
import { type SavedView, useSavedViews } from '../../convex/savedViews';
import type { Listing, View } from '../../convex/ticketLists';
import { channelWords, sortWords, viewWords } from './words';

/** As they stand in the address. `assignee`: a member's id, `none`, or `me`, whoever that is. */
interface FilterSearch {
  assignee?: string;
  agent?: string;
  channel?: ChannelKind;
  priority?: Priority;
  tag?: string;
  status?: TicketStatus;
}
export interface ListSearch extends FilterSearch {
  sort?: Sort;
  /** The saved view it was opened as, however it is narrowed since. */
  saved?: string;
}

const oneOf =
  <Value extends string>(all: readonly Value[]) =>
  (text: string) =>
    (all as readonly string[]).includes(text) ? (text as Value) : undefined;
const short = (most: number) => (text: string) => (text !== '' && !isLonger(text, most) ? text : undefined);

const parsers: { [Name in keyof Required<ListSearch>]: (text: string) => ListSearch[Name] } = {
  saved: short(64),
  sort: oneOf(Object.keys(sortWords) as Sort[]),
  assignee: short(64),
  agent: short(64),
  channel: oneOf(Object.keys(channelWords) as ChannelKind[]),
  priority: oneOf(priorities),
  tag: short(maxTagLength),
  status: oneOf(ticketStatuses),
};

/** A number in an address is a text, too: a tag may be one. */
export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const entries = Object.entries(parsers).flatMap(([name, parse]) => {
    const given = search[name];
    const value = typeof given === 'string' || typeof given === 'number' ? parse(String(given)) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

const filterNames = ['assignee', 'agent', 'channel', 'priority', 'tag', 'status'] as const;
export type FilterName = (typeof filterNames)[number];

/** Parsed here as well: what is no part of a list stands in the address, too, and comes with it as it was typed. */
const useListSearch = (): ListSearch => parseListSearch(useSearch({ strict: false }));

/** The list that the address asks for. The same until the address changes. */
export function useListing(view: View): Listing {
  const { memberId } = useMembership();
  const { sort, assignee, agent, channel, priority, tag, status } = useListSearch();
  return useMemo(() => {
    const filters = {
      assignee: assignee === 'me' ? memberId : assignee,
      agentId: agent,
      channel,
      priority,
      tag,
      status,
    };
    return { view, sort: sort ?? 'waiting', filters };
  }, [view, memberId, sort, assignee, agent, channel, priority, tag, status]);
}

/** What narrows the list now, and how to have it otherwise: the address changes, what is open stays. */
export function useFilters() {
  const search = useListSearch();
  const navigate = useNavigate();
  const change = (next: ListSearch) =>
    void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...next }), replace: true });
  const set = filterNames.flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, value }];
  });
  const { saved, ...kept } = search;
  return {
    set,
    saved,
    /** All that is kept of it under a name. */
    kept,
    sort: search.sort ?? 'waiting',
    choose: (name: FilterName, value: string | undefined) => change({ [name]: value }),
    chooseSort: (sort: Sort) => change({ sort: sort === 'waiting' ? undefined : sort }),
    clear: () => change(Object.fromEntries(filterNames.map((name) => [name, undefined]))),
  };
}

/** Where a saved view leads. */
export function addressOf({ _id, list: { view, ...search } }: SavedView) {
  return { params: { view }, search: { ...parseListSearch(search), saved: _id } satisfies ListSearch };
}

/** What the list on screen is called: by its own name where it is kept under one. */
export function useListName(view: View): string {
  const { saved } = useListSearch();
  const savedName = useSavedViews().find(({ _id }) => _id === saved)?.name;
  return savedName ?? viewWords[view].label;
}
