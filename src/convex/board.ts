/** The live board: a live query for each block of it (docs/rules.md B1), and whether the desk is still heard. */
import type { FunctionReturnType } from 'convex/server';
import { useEffect, useState } from 'react';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import type { Priority } from '../../convex/shared/tickets/tickets';
import { useLatest } from '../lib/useLatest';
import { useNow } from '../lib/useNow';
import type { Live } from './live';
import type { Query } from './lives';
import { useDesk } from './provider';
import { useMembership } from './session';
import { useAll } from './useLive';
import { type Page, type TicketNumbers, usePages } from './usePages';
import { useManaged, useShared, useSharedLives } from './useShared';

export type Operator = FunctionReturnType<typeof api.board.operator>;
export type HolderId = Id<'members'> | 'team';

/** What a number of the board opens. */
export type BoardList =
  | { list: 'waiting' }
  | { list: 'due' }
  | { list: 'help' }
  | { list: 'unassigned'; priority?: Priority }
  | { list: 'assigned'; of: Id<'members'> }
  | { list: 'held'; of?: HolderId };

/** Those of the inbox's own lists are the same question as there. */
function inboxList(of: Exclude<BoardList, { list: 'held' | 'due' | 'help' }>) {
  if (of.list === 'waiting') return { list: 'needsReply' as const };
  if (of.list === 'assigned') return { list: 'assigned' as const, memberId: of.of };
  const { priority } = of;
  return { list: 'unassigned' as const, ...(priority && { filters: { priority } }) };
}

type Next<Q extends Query> = NonNullable<FunctionReturnType<Q>['next']>;
type InInbox = Next<typeof api.tickets.list>;
type InTakeovers = Next<typeof api.board.takeovers>;
type AnyPage = Live<Page<InInbox | InTakeovers>>;

export function useBoardNumbers(of: BoardList): TicketNumbers {
  const shared = useSharedLives();
  const managed = useSharedLives('manager');
  const due = useDue(of.list === 'due');
  const help = useHelp(of.list === 'help');
  const paged = usePages<InInbox | InTakeovers>(
    of.list === 'due' || of.list === 'help'
      ? null
      : (after) => {
          if (of.list !== 'held')
            return shared(api.tickets.list, {
              ...inboxList(of),
              ...(after as { after?: InInbox }),
            }) as AnyPage;
          const holder = of.of && { holder: of.of };
          return managed(api.board.takeovers, {
            ...holder,
            ...(after as { after?: InTakeovers }),
          }) as AnyPage;
        },
  );
  if (of.list === 'help') return { numbers: help };
  return of.list === 'due' ? { numbers: due?.numbers } : paged;
}

/** So soon, in minutes. */
export const dueWithin = 15;

/** [B1] Awake tickets whose deadline has passed or is that near; the number of the board is the length of this very list. */
export function useDue(isAsked = true) {
  const minute = Math.floor(useNow(60_000) / 60_000) + dueWithin;
  return useLatest(useShared(api.tickets.due, isAsked ? { minute } : 'skip'));
}

/** [B6] Tickets into which somebody is asked. */
export const useHelp = (isAsked = true) => {
  const managed = useManaged(api.board.help, isAsked ? {} : 'skip');
  return useLatest(managed);
};

/** What waits and what nobody has, as everybody counts it. */
export const useTeamCounts = () => useShared(api.tickets.counts, {});
export const useUnassigned = () => useManaged(api.board.unassigned, {});
export const useLongestWait = () => useManaged(api.board.longest, {});
export const useHeld = () => useManaged(api.board.held, {});

/** What each of them carries, in their order; `undefined` where it has not come yet. */
export function useOperators(memberIds: readonly Id<'members'>[]): (Operator | undefined)[] {
  const managed = useSharedLives('manager');
  return useAll(memberIds.map((memberId) => managed(api.board.operator, { memberId })));
}

const beatMs = 3_000;
/** So long without an answer, and what is shown may be wrong: within ten seconds it says so. */
const staleMs = 8_000;

/** When the desk last answered this page by the way that its numbers come, and whether that is too long ago. */
export function useHeard(): { heardAt: number; isStale: boolean } {
  const { lives } = useDesk();
  const { teamId } = useMembership();
  const [heardAt, setHeardAt] = useState(Date.now);
  const now = useNow(1_000);
  useEffect(() => {
    let isAsking = false;
    const ask = () => {
      if (isAsking) return;
      isAsking = true;
      const beat = Math.floor(Date.now() / beatMs);
      lives
        .ask(api.board.heard, { teamId, beat }, 'manager')
        .then(
          () => setHeardAt(Date.now()),
          () => {},
        )
        .finally(() => {
          isAsking = false;
        });
    };
    const timer = setInterval(ask, beatMs);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [lives, teamId]);
  return { heardAt, isStale: now - heardAt > staleMs };
}
