/** What this person has to see to: their own, whatever tab it is handled in. */
import type { OptimisticLocalStore } from 'convex/browser';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { useMemo } from 'react';
import { type Notice, noticeOf } from '../../convex/shared/needs/choices';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useOptimisticMutation } from './optimistic';
import { useMembership } from './session';
import { useOwn } from './useLive';

export type Need = FunctionReturnType<typeof api.needs.mine>['needs'][number];

/** What each person of this page had when it first knew: no news, however late it is asked for. */
const atFirst = new Map<Id<'members'>, readonly Need[]>();

/** Newest first; `more`: the desk keeps others that are not shown. */
export function useNeeds() {
  const { teamId, memberId } = useMembership();
  const mine = useOwn(api.needs.mine, { teamId });
  if (mine && !atFirst.has(memberId)) atFirst.set(memberId, mine.needs);
  return mine;
}

export function useNeedsAtFirst(): readonly Need[] {
  return atFirst.get(useMembership().memberId) ?? [];
}

/** How this person wants to be told of a kind; undefined until it has come. */
export function useNoticeOf(): ((kind: Need['kind']) => Required<Notice>) | undefined {
  const { teamId } = useMembership();
  const choices = useOwn(api.needs.choices, { teamId });
  return useMemo(() => choices && ((kind) => noticeOf(choices, kind)), [choices]);
}

/** Shows the choice at once. */
function withChoice(
  store: OptimisticLocalStore,
  { teamId, kind, notice }: FunctionArgs<typeof api.needs.choose>,
) {
  const choices = store.getQuery(api.needs.choices, { teamId });
  if (!choices) return;
  const others = choices.filter((each) => each.kind !== kind);
  store.setQuery(api.needs.choices, { teamId }, [...others, { kind, notice }]);
}
export const useChooseNotice = () => useOptimisticMutation(api.needs.choose, withChoice);

const arriving: ReadonlySet<Need['kind']> = new Set(['assigned', 'woke']);

/** It came to them, and they have not had it open. */
export const useIsNewForMe = (number: number) =>
  useNeeds()?.needs.some((need) => need.number === number && arriving.has(need.kind)) ?? false;

/** Tickets in whose notes somebody named them, newest first. */
export function useMentionedIn(isShown: boolean) {
  const { teamId } = useMembership();
  return useOwn(api.needs.mentionedIn, isShown ? { teamId } : 'skip');
}

export const useIsInNeed = (ticketId: Id<'tickets'>) =>
  useNeeds()?.needs.some((need) => need.ticketId === ticketId) ?? false;

/** Shows the list without what is handled. */
function without<Args extends { teamId: Id<'teams'> }>(isHandled: (need: Need, args: Args) => boolean) {
  return (store: OptimisticLocalStore, args: Args) => {
    const mine = store.getQuery(api.needs.mine, { teamId: args.teamId });
    if (!mine) return;
    const needs = mine.needs.filter((need) => !isHandled(need, args));
    store.setQuery(api.needs.mine, { teamId: args.teamId }, { ...mine, needs });
  };
}

type ArgsOf<Name extends keyof typeof api.needs> = FunctionArgs<(typeof api.needs)[Name]>;
const withoutOne = without(
  (need, { ticketId, kind }: ArgsOf<'dismiss'>) => need.ticketId === ticketId && need.kind === kind,
);
const withoutAll = without(({ at }, { through }: ArgsOf<'dismissAll'>) => at <= through);
const withoutTicket = without(
  (need, { ticketId }: FunctionArgs<typeof api.tickets.noteOpened>) => need.ticketId === ticketId,
);

export const useDismiss = () => useOptimisticMutation(api.needs.dismiss, withoutOne);
export const useDismissAll = () => useOptimisticMutation(api.needs.dismissAll, withoutAll);
/** For whoever has the ticket before them. */
export const useNoteOpened = () => useOptimisticMutation(api.tickets.noteOpened, withoutTicket);
