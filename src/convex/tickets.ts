/** One ticket, and everything an operator does to it. */
import { useConvex, useMutation } from 'convex/react';
import type { OptimisticLocalStore } from 'convex/browser';
import type { FunctionArgs } from 'convex/server';
import { useMemo } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { isBriefStale } from '../../convex/shared/tickets/tickets';
import { useLatest } from '../lib/useLatest';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';
import { useThread } from './threads';
import { useOwn } from './useLive';
import { useShared } from './useShared';

export type TicketDetail = NonNullable<ReturnType<typeof useTicket>>;

/** What a ticket is, and what moves in its conversation. `undefined` while loading, `null` when there is no such ticket. */
export function useTicket(number: number) {
  const page = useShared(api.tickets.get, { number });
  const conversationId = page?.ticket.conversationId;
  const head = useShared(api.conversations.head, conversationId ? { conversationId } : 'skip');
  return useMemo(() => {
    if (!page) return page;
    if (!head) return undefined;
    return { ...page, ...head, isBriefStale: isBriefStale(page.ticket, head) };
  }, [page, head]);
}

/** Has everything there that opening this ticket shows first. */
export function useWarmThread({ ticket, lastSequence }: TicketDetail) {
  useThread(ticket.conversationId, lastSequence);
}

/** Why nobody has it yet, as things are now (A5). */
export function useWhyNotAssigned(ticketId: Id<'tickets'>, minute: number) {
  return useLatest(useShared(api.routing.whyNotAssigned, { ticketId, minute }));
}

type ArgsOf<Name extends keyof typeof api.tickets> = FunctionArgs<(typeof api.tickets)[Name]>;

/** Its `pickUpBy` is over at once. */
const showPickedUp = (store: OptimisticLocalStore, change: ArgsOf<'pickUp'>) => {
  for (const { args, value } of store.getAllQueries(api.tickets.get))
    if (value?.ticket._id === change.ticketId)
      store.setQuery(api.tickets.get, args, { ...value, pickUpBy: null });
};

/** [A9] For whoever has what came to them before them. */
export const usePickUp = () => useOptimisticMutation(api.tickets.pickUp, showPickedUp);

/** Why it went to whom it went (A5). */
export const useDecision = (ticketId: Id<'tickets'>) => useShared(api.routing.decision, { ticketId });

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
    for (const { args, value } of store.getAllQueries(api.tickets.get)) {
      if (value?.ticket._id !== change.ticketId) continue;
      store.setQuery(api.tickets.get, args, { ...value, ticket: { ...value.ticket, ...changesOf(change) } });
    }
  };
}

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
const showTags = showingTicket(({ tags }: ArgsOf<'setTags'>) => ({ tags }));
export const useSetTags = () => useOptimisticMutation(api.tickets.setTags, showTags);
export const useSetWaiting = () => useOptimisticMutation(api.tickets.setWaiting, showWaiting);
export const useSnooze = () => useOptimisticMutation(api.tickets.snooze, showSnooze);

const showHelpEnded = showingTicket<ArgsOf<'endHelp'>>(() => ({ help: undefined }));

/** [B6] Asks a colleague, or with null whoever manages, into a ticket. */
export const useAskForHelp = () => useMutation(api.tickets.askForHelp);
export const useEndHelp = () => useOptimisticMutation(api.tickets.endHelp, showHelpEnded);

export const useSetTyping = () => useMutation(api.typing.set);

/** Who leaves and comes back before the desk has answered finds what they left. */
function showDraft(
  store: OptimisticLocalStore,
  { teamId, conversationId, text, mode }: FunctionArgs<typeof api.drafts.save>,
) {
  const of = { teamId, conversationId };
  // Before they have come, the other one is shown as it is once they have.
  const kept = store.getQuery(api.drafts.get, of) ?? { reply: '', note: '', mode };
  store.setQuery(api.drafts.get, of, { ...kept, [mode]: text, ...(text !== '' && { mode }) });
}

export const useSaveDraft = () => useOptimisticMutation(api.drafts.save, showDraft);

/** Asks once, for who is about to be gone. */
export function useReadDrafts() {
  const convex = useConvex();
  return (of: { teamId: Id<'teams'>; conversationId: Id<'conversations'> }) =>
    convex.query(api.drafts.get, of);
}

export function useDrafts(conversationId: Id<'conversations'>) {
  const { teamId } = useMembership();
  return useOwn(api.drafts.get, { teamId, conversationId });
}
