/** Everything an operator does to the open ticket: bound to keys, the command menu and the buttons alike. */
import { useState } from 'react';
import { type Priority, isActive, priorities } from '../../../convex/shared/tickets/tickets';
import { runAction, useAction } from '../../actions/registry';
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
  useSetWaiting,
  useSnooze,
  useTakeOver,
} from '../../convex/tickets';
import { describeError, refusalOf } from '../../lib/errors';
import { isLayerOpen } from '../../lib/keys';
import { capitalised } from '../../lib/words';
import { notify } from '../../ui/toast';
import { snoozeChoices } from './snoozeTimes';
import { useTicketNews } from './ticketNews';

export interface Handback {
  agentAnswersNow?: boolean;
  agentShouldKnow?: string;
  promised?: string;
}

/** What a steal would do once it is confirmed. */
export type Steal =
  | { verb: 'takeOver' }
  | { verb: 'resolve'; handback: Handback }
  | { verb: 'close' }
  | { verb: 'assign'; memberId: string | null };

/** Acts that have no answer yet: pressed again, they do nothing. By ticket, so that they outlive leaving it. */
const underWay = new Set<string>();

/** The hand is in the middle of something on the ticket: a text, a dialog or a menu. */
function isBusyHand(): boolean {
  const focused = document.activeElement;
  return (
    isLayerOpen({ orClosing: false }) ||
    (focused instanceof HTMLTextAreaElement && focused.value.trim() !== '')
  );
}

export type TicketActions = ReturnType<typeof useTicketActions>;

export function useTicketActions(detail: TicketDetail) {
  const { teamId, memberId } = useMembership();
  const { ticket, control } = detail;
  const members = useMembers() ?? [];
  const [asksResolve, setAsksResolve] = useState<'resolve' | 'return' | null>(null);
  const [asksSteal, setAsksSteal] = useState<Steal | null>(null);
  const takeOverMutation = useTakeOver();
  const returnMutation = useReturnToAgent();
  const resolveMutation = useResolve();
  const closeMutation = useClose();
  const reopenMutation = useReopen();
  const assignMutation = useAssign();
  const priorityMutation = useSetPriority();
  const waitingMutation = useSetWaiting();
  const snoozeMutation = useSnooze();
  const { isHere, say } = useTicketNews(ticket.number);

  const active = isActive(ticket.status);
  const iHold = control.holder === 'operator' && control.operatorId === memberId;
  const otherHolds = control.holder === 'operator' && control.operatorId !== null && !iHold;
  const at = { teamId, ticketId: ticket._id };
  const inThread = { teamId, conversationId: ticket.conversationId };
  const confirmed = { confirmSteal: { expectedEpoch: control.epoch } };
  const shown = { expectedEpoch: control.epoch, seenThrough: detail.lastSequence };

  /** Runs an act; a refusal because another operator holds asks for the steal, any other is said. */
  async function attempt(act: () => Promise<unknown>, steal?: Steal): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (steal && isHere.current && refusalOf(error)?.code === 'CONTROL_HELD') setAsksSteal(steal);
      else say(describeError(error), { tone: 'bad' });
      return false;
    }
  }

  /** An act that would be refused the second time: under way, it is not begun again. */
  async function once(name: string, run: () => Promise<boolean>): Promise<boolean> {
    const key = `${ticket._id} ${name}`;
    if (underWay.has(key)) return false;
    underWay.add(key);
    return run().finally(() => underWay.delete(key));
  }

  async function takeOver(confirmed = false) {
    if (otherHolds && !confirmed) return setAsksSteal({ verb: 'takeOver' });
    const steal = confirmed ? { steal: { expectedEpoch: control.epoch } } : {};
    await once('takeOver', () => attempt(() => takeOverMutation({ ...at, ...steal }), { verb: 'takeOver' }));
  }

  /** C10: the customer wrote between what was shown and the act. What is new is on screen now; ask again. */
  function sayMoved(outcome: object): boolean {
    if (!('refused' in outcome)) return false;
    say('The customer wrote just now. Read it, then decide again.', { tone: 'bad' });
    return true;
  }

  /** Resolves to whether it is done. */
  async function resolve(handback: Handback = {}, confirmSteal = false): Promise<boolean> {
    const steal = { verb: 'resolve' as const, handback };
    if (otherHolds && !confirmSteal) {
      setAsksSteal(steal);
      return false;
    }
    let isDone = false;
    const act = async () => {
      const outcome = await resolveMutation({ ...at, ...shown, ...handback, confirmSteal });
      if (sayMoved(outcome)) return;
      isDone = true;
      say('Resolved. The agent answers from here.', {
        action: { label: 'Reopen', run: () => void reopen() },
      });
      // On to the next one, unless they have gone on by themselves; the toast still leads back to this.
      if (isHere.current && !isBusyHand()) runAction('list.next');
    };
    await once('resolve', () => attempt(act, steal));
    return isDone;
  }

  async function close(confirmSteal = false) {
    if (otherHolds && !confirmSteal) return setAsksSteal({ verb: 'close' });
    const act = async () => sayMoved(await closeMutation({ ...at, ...shown, confirmSteal }));
    await once('close', () => attempt(act, { verb: 'close' }));
  }

  async function reopen() {
    await once('reopen', () => attempt(() => reopenMutation(at)));
  }

  /** Resolves to whether it is done. */
  async function returnToAgent(handback: Handback = {}): Promise<boolean> {
    let isDone = false;
    const act = async () => {
      const outcome = await returnMutation({ ...inThread, ...shown, ...handback });
      if (sayMoved(outcome)) return;
      isDone = true;
      say('The agent answers from here.');
    };
    await once('return', () => attempt(act));
    return isDone;
  }

  async function assign(to: string | null, confirmSteal = false) {
    if (otherHolds && !confirmSteal) return setAsksSteal({ verb: 'assign', memberId: to });
    const target = members.find((member) => member.memberId === to);
    const done = await attempt(
      () => assignMutation({ ...at, memberId: target?.memberId ?? null, ...(confirmSteal ? confirmed : {}) }),
      { verb: 'assign', memberId: to },
    );
    if (done) say(target ? `Given to ${target.name}.` : 'Unassigned.');
  }

  const setPriority = (priority: Priority) => attempt(() => priorityMutation({ ...at, priority }));
  const setWaiting = (waitingOn: 'customer' | 'thirdParty' | null) =>
    attempt(() => waitingMutation({ ...at, waitingOn }));
  const snooze = async (until: number | null, words?: string) => {
    const done = await attempt(() => snoozeMutation({ ...at, until }));
    if (done && words) say(`Back ${words}.`, { action: { label: 'Undo', run: () => void snooze(null) } });
  };

  /** E: at once when nothing waits for an answer, otherwise the operator chooses who answers it. */
  const askResolve = () => (detail.unanswered && iHold ? setAsksResolve('resolve') : void resolve());
  const askReturn = () => (detail.unanswered ? setAsksResolve('return') : void returnToAgent());

  useAction('ticket.takeOver', { run: () => void takeOver(), enabled: () => !iHold });
  useAction('ticket.returnToAgent', { run: askReturn, enabled: () => iHold });
  useAction('ticket.resolve', { run: askResolve, enabled: () => active });
  useAction('ticket.reopen', { run: () => void reopen(), enabled: () => !active });
  useAction('ticket.close', { run: () => void close(), enabled: () => ticket.status !== 'closed' });
  useAction('ticket.assign', {
    enabled: () => active,
    choices: () =>
      members.map((member) => ({
        id: member.memberId,
        label: member.name,
        hint: member.effective,
        run: () => void assign(member.memberId),
      })),
  });
  useAction('ticket.assignToMe', {
    run: () => void assign(memberId),
    enabled: () => active && ticket.assigneeId !== memberId,
  });
  useAction('ticket.unassign', {
    run: () => void assign(null),
    enabled: () => active && ticket.assigneeId !== undefined,
  });
  useAction('ticket.priority', {
    choices: () =>
      priorities.map((priority) => ({
        id: priority,
        label: capitalised(priority),
        hint: priority === ticket.priority ? 'now' : undefined,
        run: () => void setPriority(priority),
      })),
  });
  useAction('ticket.waiting', {
    enabled: () => active,
    choices: () => [
      { id: 'customer', label: 'The customer', run: () => void setWaiting('customer') },
      { id: 'thirdParty', label: 'A third party', run: () => void setWaiting('thirdParty') },
      { id: 'none', label: 'Nobody', run: () => void setWaiting(null) },
    ],
  });
  useAction('ticket.snooze', {
    enabled: () => active,
    choices: () =>
      snoozeChoices(new Date()).map((choice) => ({
        id: choice.label,
        label: choice.label,
        hint: choice.hint,
        run: () => void snooze(choice.at, choice.hint),
      })),
  });
  useAction('ticket.copyLink', {
    run: () => {
      const link = `${location.origin}/inbox/all/${ticket.number}`;
      void navigator.clipboard.writeText(link).then(() => notify('Link copied.'));
    },
  });

  return {
    active,
    iHold,
    otherHolds,
    asksResolve,
    setAsksResolve,
    asksSteal,
    setAsksSteal,
    takeOver,
    resolve,
    askResolve,
    close,
    reopen,
    returnToAgent,
    askReturn,
    assign,
    setPriority,
    setWaiting,
    snooze,
  };
}
