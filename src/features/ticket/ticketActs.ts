/** What an operator does to the open ticket, each act with its words. Acts resolve to whether they are done. */
import { useEffect } from 'react';
import { isActive, type Priority, type WaitingOn } from '../../../convex/shared/tickets/tickets';
import { runAction } from '../../actions/registry';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import {
  type TicketDetail,
  useAssign,
  useClose,
  useReopen,
  useResolve,
  useReturnToAgent,
  useSetPriority,
  useSetTags,
  useSetWaiting,
  useSnooze,
  useTakeOver,
} from '../../convex/tickets';
import { useMarkAsSpam, useSenderActs } from '../../convex/threads';
import type { Acting, Handback } from './acting';

/** Who speaks to the customer. */
export function useControlActs({ ticket, control }: TicketDetail, acting: Acting) {
  const { teamId } = useMembership();
  const takeOver = useTakeOver();
  const returnToAgent = useReturnToAgent();
  const { at, shown, attemptOnce, maySteal, sayMoved, say, isHere } = acting;
  return {
    async takeOver(isConfirmed = false): Promise<boolean> {
      const steal = { verb: 'takeOver' } as const;
      if (!maySteal(steal, isConfirmed)) return false;
      const confirmed = isConfirmed ? { steal: { expectedEpoch: control.epoch } } : {};
      // Whoever takes over writes next: with the focus elsewhere, their words would be shortcuts.
      runAction('reply.start');
      const isDone = await attemptOnce('takeOver', () => takeOver({ ...at, ...confirmed }), steal);
      // The dialog that asked for a steal let go of the focus when it closed.
      if (isDone && isHere.current && document.activeElement === document.body) runAction('reply.start');
      return isDone;
    },
    returnToAgent: (handback: Handback = {}) =>
      attemptOnce('return', async () => {
        const inThread = { teamId, conversationId: ticket.conversationId };
        if (sayMoved(await returnToAgent({ ...inThread, ...shown, ...handback }))) return false;
        say('The agent answers from here.');
        return true;
      }),
  };
}

/** What says that a ticket is resolved, by ticket: it outlives leaving it. */
const resolvedNews = new Map<string, () => void>();

export function useStatusActs({ ticket }: TicketDetail, acting: Acting) {
  const resolve = useResolve();
  const close = useClose();
  const reopen = useReopen();
  const { at, shown, attemptOnce, maySteal, sayMoved, say, isHere, goOn } = acting;

  const reopenIt = () => attemptOnce('reopen', () => reopen(at));

  const isOpenAgain = isActive(ticket.status);
  useEffect(() => {
    if (!isOpenAgain) return;
    resolvedNews.get(ticket._id)?.();
    resolvedNews.delete(ticket._id);
  }, [ticket._id, isOpenAgain]);

  function sayResolved() {
    // It goes on to the next one: said of this one by its number, which whoever has left it is told anyway.
    const what = isHere.current ? `#${ticket.number} resolved` : 'Resolved';
    const takeBack = say(`${what}. The agent answers from here.`, {
      action: { label: 'Reopen', run: () => void reopenIt() },
    });
    resolvedNews.set(ticket._id, takeBack);
    goOn();
  }

  return {
    /** `epoch`: of the reply that has just taken over. */
    async resolve(handback: Handback = {}, confirmSteal = false, epoch?: number): Promise<boolean> {
      const steal = { verb: 'resolve', handback } as const;
      if (epoch === undefined && !maySteal(steal, confirmSteal)) return false;
      const seen = epoch === undefined ? shown : { ...shown, expectedEpoch: epoch };
      const act = async () => {
        if (sayMoved(await resolve({ ...at, ...seen, ...handback, confirmSteal }))) return false;
        sayResolved();
        return true;
      };
      return attemptOnce('resolve', act, steal);
    },
    async close(handback: Handback = {}, confirmSteal = false): Promise<boolean> {
      const steal = { verb: 'close', handback } as const;
      if (!maySteal(steal, confirmSteal)) return false;
      const act = async () => {
        if (sayMoved(await close({ ...at, ...shown, ...handback, confirmSteal }))) return false;
        say('Closed. When the customer needs a person again, that is a new ticket.');
        return true;
      };
      return attemptOnce('close', act, steal);
    },
    reopen: reopenIt,
  };
}

/** [M4] `address`: where mail reaches the customer; null: nowhere. */
export function useSpamActs({ ticket }: TicketDetail, acting: Acting, address: string | null) {
  const markAsSpam = useMarkAsSpam();
  const { lift } = useSenderActs();
  const { at, shown, attemptOnce, maySteal, sayMoved, say, goOn } = acting;
  const { conversationId } = ticket;

  async function notSpam(): Promise<boolean> {
    if (address === null) return false;
    const isDone = await attemptOnce('notSpam', () => lift({ conversationId, address }));
    if (isDone) say(`Not spam. Mail from ${address} is taken in again.`);
    return isDone;
  }

  return {
    notSpam,
    async markAsSpam(confirmSteal = false): Promise<boolean> {
      const steal = { verb: 'markAsSpam' } as const;
      if (!maySteal(steal, confirmSteal)) return false;
      const act = async () => {
        if (sayMoved(await markAsSpam({ ...at, ...shown, confirmSteal }))) return false;
        say('Marked as spam and closed. Nobody was written to.', {
          action: { label: 'Undo', run: () => void notSpam() },
        });
        goOn();
        return true;
      };
      return attemptOnce('markAsSpam', act, steal);
    },
  };
}

export function useAssignAct({ control }: TicketDetail, acting: Acting) {
  const members = useMembers() ?? [];
  const assign = useAssign();
  const { at, attempt, maySteal, say } = acting;
  return async (to: string | null, isConfirmed = false): Promise<boolean> => {
    const steal = { verb: 'assign', memberId: to } as const;
    if (!maySteal(steal, isConfirmed)) return false;
    const target = members.find((member) => member.memberId === to);
    const confirmed = isConfirmed ? { confirmSteal: { expectedEpoch: control.epoch } } : {};
    const act = () => assign({ ...at, memberId: target?.memberId ?? null, ...confirmed });
    const isDone = await attempt(act, steal);
    if (isDone) say(target ? `Given to ${target.name}.` : 'Unassigned.');
    return isDone;
  };
}

export function useOverlayActs({ at, attempt, say, goOn }: Acting) {
  const setPriority = useSetPriority();
  const setTags = useSetTags();
  const setWaiting = useSetWaiting();
  const snooze = useSnooze();

  /** `words` as in "Back tomorrow, 8:00". */
  async function snoozeIt(until: number | null, words?: string): Promise<boolean> {
    const isDone = await attempt(() => snooze({ ...at, until }));
    if (isDone && words) {
      say(`Back ${words}.`, { action: { label: 'Undo', run: () => void snoozeIt(null) } });
      goOn();
    }
    return isDone;
  }

  return {
    setPriority: (priority: Priority) => attempt(() => setPriority({ ...at, priority })),
    /** `from`: those that were seen. */
    setTags: (tags: string[], from: string[]) => attempt(() => setTags({ ...at, tags, from })),
    setWaiting: (waitingOn: WaitingOn | null) => attempt(() => setWaiting({ ...at, waitingOn })),
    snooze: snoozeIt,
  };
}
