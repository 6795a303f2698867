/** Tickets: the lists, one ticket, and everything an operator does to it. */
import { insertAtTop, useConvex, useMutation } from 'convex/react';
import type { OptimisticLocalStore } from 'convex/browser';
import { usePaginatedQuery, useQuery } from 'convex-helpers/react/cache';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useMemo } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useOptimisticMutation } from './optimistic';
import { type Membership, useMembership } from './session';

export type TicketRow = FunctionReturnType<typeof api.tickets.oldList>['page'][number];
export type TicketDetail = NonNullable<FunctionReturnType<typeof api.tickets.oldGet>>;
export type Entry = FunctionReturnType<typeof api.conversations.entries>['page'][number];

export const views = ['mine', 'unassigned', 'all', 'resolved', 'closed'] as const;
export type View = (typeof views)[number];

export function useTicketRows(view: View) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.tickets.oldList, { teamId, view }, { initialNumItems: 50 });
}

export function useTicketCounts() {
  const { teamId } = useMembership();
  return useQuery(api.tickets.oldCounts, { teamId });
}

/** `undefined` while loading, `null` when there is no such ticket. */
export function useTicket(number: number) {
  const { teamId } = useMembership();
  return useQuery(api.tickets.oldGet, { teamId, number });
}

export function useEntries(conversationId: Id<'conversations'>) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.conversations.entries, { teamId, conversationId }, { initialNumItems: 50 });
}

export function useSuppressedDrafts(conversationId: Id<'conversations'>) {
  const { teamId } = useMembership();
  return useQuery(api.conversations.suppressedDrafts, { teamId, conversationId });
}

export function useTyping(conversationId: Id<'conversations'>) {
  const { teamId } = useMembership();
  return useQuery(api.conversations.typing, { teamId, conversationId });
}

export function useDecision(ticketId: Id<'tickets'>) {
  const { teamId } = useMembership();
  return useQuery(api.routing.decision, { teamId, ticketId });
}

export const useTakeOver = () => useMutation(api.tickets.takeOver);
export const useReturnToAgent = () => useMutation(api.tickets.returnToAgent);
export const useResolve = () => useMutation(api.tickets.resolve);
export const useClose = () => useMutation(api.tickets.close);
export const useReopen = () => useMutation(api.tickets.reopen);

/** Shows a ticket as it will be. */
function showingTicket<Args extends { ticketId: Id<'tickets'> }>(
  changesOf: (args: Args) => Partial<TicketDetail['ticket']>,
) {
  return (store: OptimisticLocalStore, change: Args) => {
    for (const { args, value } of store.getAllQueries(api.tickets.oldGet)) {
      if (value?.ticket._id !== change.ticketId) continue;
      store.setQuery(api.tickets.oldGet, args, {
        ...value,
        ticket: { ...value.ticket, ...changesOf(change) },
      });
    }
  };
}

type ArgsOf<Name extends keyof typeof api.tickets> = FunctionArgs<(typeof api.tickets)[Name]>;
const showAssignee = showingTicket(({ memberId }: ArgsOf<'assign'>) => ({
  assigneeId: memberId ?? undefined,
}));
const showPriority = showingTicket(({ priority }: ArgsOf<'setPriority'>) => ({ priority }));
const showWaiting = showingTicket(({ waitingOn }: ArgsOf<'setWaiting'>) => ({
  waitingOn: waitingOn ?? undefined,
}));
const showSnooze = showingTicket(({ until }: ArgsOf<'snooze'>) => ({ snoozedUntil: until ?? undefined }));

export const useAssign = () => useOptimisticMutation(api.tickets.assign, showAssignee);
export const useSetPriority = () => useOptimisticMutation(api.tickets.setPriority, showPriority);
export const useSetWaiting = () => useOptimisticMutation(api.tickets.setWaiting, showWaiting);
export const useSnooze = () => useOptimisticMutation(api.tickets.snooze, showSnooze);

interface Written {
  teamId: Id<'teams'>;
  conversationId: Id<'conversations'>;
  text: string;
  clientMessageId: string;
}

/** Shows what was written at once, and its draft gone with it; the real entry, or a refusal, replaces it. */
function showPending(kind: 'message' | 'note', membership: Membership) {
  return (store: OptimisticLocalStore, { teamId, conversationId, text, clientMessageId }: Written) => {
    const now = Date.now();
    const item: Entry = {
      _id: `pending-${clientMessageId}` as Id<'entries'>,
      _creationTime: now,
      conversationId,
      teamId,
      sequence: Number.MAX_SAFE_INTEGER,
      kind,
      audience: kind === 'note' ? 'team' : 'everyone',
      author: { kind: 'operator', memberId: membership.memberId },
      authorName: membership.name,
      at: now,
      text,
      clientMessageId,
      delivery: null,
    };
    insertAtTop({
      paginatedQuery: api.conversations.entries,
      argsToMatch: { teamId, conversationId },
      localQueryStore: store,
      item,
    });
    const ofConversation = { teamId, conversationId };
    const draft = store.getQuery(api.drafts.get, ofConversation);
    if (draft?.mode === (kind === 'note' ? 'note' : 'reply')) {
      store.setQuery(api.drafts.get, ofConversation, null);
    }
  };
}

function useShowPending(kind: 'message' | 'note') {
  const membership = useMembership();
  return useMemo(() => showPending(kind, membership), [kind, membership]);
}

export const useReply = () => useOptimisticMutation(api.messages.reply, useShowPending('message'));
export const useTakeOverAndSend = () =>
  useOptimisticMutation(api.messages.takeOverAndSend, useShowPending('message'));
export const useAddNote = () => useOptimisticMutation(api.messages.note, useShowPending('note'));

export const useSetTyping = () => useMutation(api.typing.set);

/** Who leaves and comes back before the desk has answered finds what they left. */
function showDraft(
  store: OptimisticLocalStore,
  { teamId, conversationId, text, mode }: FunctionArgs<typeof api.drafts.save>,
) {
  const draft = text === '' ? null : { text, mode, updatedAt: Date.now() };
  store.setQuery(api.drafts.get, { teamId, conversationId }, draft);
}

export const useSaveDraft = () => useOptimisticMutation(api.drafts.save, showDraft);

/** Asks once, for who is about to be gone. */
export function useReadDraft() {
  const convex = useConvex();
  return (of: { teamId: Id<'teams'>; conversationId: Id<'conversations'> }) =>
    convex.query(api.drafts.get, of);
}

export function useDraft(conversationId: Id<'conversations'>) {
  const { teamId } = useMembership();
  return useQuery(api.drafts.get, { teamId, conversationId });
}
