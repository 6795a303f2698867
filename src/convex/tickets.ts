/** Tickets: the lists, one ticket, and everything an operator does to it. */
import { insertAtTop, useConvex, useMutation } from 'convex/react';
import type { OptimisticLocalStore } from 'convex/browser';
import { usePaginatedQuery, useQuery } from 'convex-helpers/react/cache';
import type { FunctionReturnType } from 'convex/server';
import { useMemo } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { type Membership, useMembership } from './session';

export type TicketRow = FunctionReturnType<typeof api.tickets.list>['page'][number];
export type TicketDetail = NonNullable<FunctionReturnType<typeof api.tickets.get>>;
export type Entry = FunctionReturnType<typeof api.conversations.entries>['page'][number];

export const views = ['mine', 'unassigned', 'all', 'resolved', 'closed'] as const;
export type View = (typeof views)[number];

export function useTicketRows(view: View) {
  const { teamId } = useMembership();
  return usePaginatedQuery(api.tickets.list, { teamId, view }, { initialNumItems: 50 });
}

export function useTicketCounts() {
  const { teamId } = useMembership();
  return useQuery(api.tickets.counts, { teamId });
}

/** `undefined` while loading, `null` when there is no such ticket. */
export function useTicket(number: number) {
  const { teamId } = useMembership();
  return useQuery(api.tickets.get, { teamId, number });
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

/** Shows a ticket as it will be, so that a choice stands from the press on; a refusal brings it back. */
function showTicket(
  store: OptimisticLocalStore,
  ticketId: Id<'tickets'>,
  changes: Partial<TicketDetail['ticket']>,
) {
  for (const { args, value } of store.getAllQueries(api.tickets.get)) {
    if (value?.ticket._id !== ticketId) continue;
    store.setQuery(api.tickets.get, args, { ...value, ticket: { ...value.ticket, ...changes } });
  }
}

export function useAssign() {
  const assign = useMutation(api.tickets.assign);
  return useMemo(
    () =>
      assign.withOptimisticUpdate((store, { ticketId, memberId }) =>
        showTicket(store, ticketId, { assigneeId: memberId ?? undefined }),
      ),
    [assign],
  );
}

export function useSetPriority() {
  const setPriority = useMutation(api.tickets.setPriority);
  return useMemo(
    () =>
      setPriority.withOptimisticUpdate((store, { ticketId, priority }) =>
        showTicket(store, ticketId, { priority }),
      ),
    [setPriority],
  );
}

export function useSetWaiting() {
  const setWaiting = useMutation(api.tickets.setWaiting);
  return useMemo(
    () =>
      setWaiting.withOptimisticUpdate((store, { ticketId, waitingOn }) =>
        showTicket(store, ticketId, { waitingOn: waitingOn ?? undefined }),
      ),
    [setWaiting],
  );
}

export function useSnooze() {
  const snooze = useMutation(api.tickets.snooze);
  return useMemo(
    () =>
      snooze.withOptimisticUpdate((store, { ticketId, until }) =>
        showTicket(store, ticketId, { snoozedUntil: until ?? undefined }),
      ),
    [snooze],
  );
}

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

export function useReply() {
  const membership = useMembership();
  const reply = useMutation(api.messages.reply);
  return useMemo(() => reply.withOptimisticUpdate(showPending('message', membership)), [reply, membership]);
}

export function useTakeOverAndSend() {
  const membership = useMembership();
  const send = useMutation(api.messages.takeOverAndSend);
  return useMemo(() => send.withOptimisticUpdate(showPending('message', membership)), [send, membership]);
}

export function useAddNote() {
  const membership = useMembership();
  const note = useMutation(api.messages.note);
  return useMemo(() => note.withOptimisticUpdate(showPending('note', membership)), [note, membership]);
}

export const useAcknowledgeTaken = () => useMutation(api.conversations.acknowledgeTaken);
export const useSetTyping = () => useMutation(api.typing.set);

/** Who leaves and comes back before the desk has answered finds what they left. */
export function useSaveDraft() {
  const save = useMutation(api.drafts.save);
  return useMemo(
    () =>
      save.withOptimisticUpdate((store, { teamId, conversationId, text, mode }) => {
        const draft = text === '' ? null : { text, mode, updatedAt: Date.now() };
        store.setQuery(api.drafts.get, { teamId, conversationId }, draft);
      }),
    [save],
  );
}

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
