/** Everything an operator can do to the open ticket, as data: keys, the command menu, the buttons and "More" read it. */
import { useEffect } from 'react';
import { isActive, priorities } from '../../../convex/shared/tickets/tickets';
import type { ActionId } from '../../actions/catalogue';
import { type Binding, changed, type Choice, useActions, useMenuState } from '../../actions/registry';
import { useMembers, useStatuses } from '../../convex/members';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { useStateOf } from '../../lib/useStateOf';
import { copy } from '../../ui/copy';
import { useActing } from './acting';
import { snoozeChoices } from './snoozeTimes';
import { priorityWords } from './priorityWords';
import { useAssignAct, useControlActs, useOverlayActs, useStatusActs } from './ticketActs';

export type TicketActions = ReturnType<typeof useTicketActions>;
/** The panel belongs to the pane around the ticket. */
export type TicketActionId = Exclude<Extract<ActionId, `ticket.${string}`>, 'ticket.panel'>;

interface TicketAction {
  /** Absent: always. */
  isOffered?: (on: OpenTicket) => boolean;
  run?: (on: OpenTicket) => unknown;
  choices?: (on: OpenTicket) => Choice[];
}

type OpenTicket = ReturnType<typeof useOpenTicket>;

const whileActive = ({ active }: OpenTicket) => active;

const table: Record<TicketActionId, TicketAction> = {
  'ticket.takeOver': { isOffered: (on) => !on.iHold, run: (on) => on.takeOver() },
  'ticket.returnToAgent': { isOffered: (on) => on.iHold, run: (on) => on.askReturn() },
  'ticket.resolve': { isOffered: whileActive, run: (on) => on.askResolve() },
  'ticket.reopen': { isOffered: (on) => !on.active, run: (on) => on.reopen() },
  'ticket.close': { isOffered: (on) => on.ticket.status !== 'closed', run: (on) => on.close() },
  'ticket.assign': {
    isOffered: whileActive,
    choices: (on) =>
      on.members.map(({ memberId, name }) => ({
        id: memberId,
        label: name,
        hint: on.statusOf(memberId),
        run: () => void on.assign(memberId),
      })),
  },
  'ticket.assignToMe': {
    isOffered: (on) => on.active && on.ticket.assigneeId !== on.memberId,
    run: (on) => on.assign(on.memberId),
  },
  'ticket.unassign': {
    isOffered: (on) => on.active && on.ticket.assigneeId !== undefined,
    run: (on) => on.assign(null),
  },
  'ticket.priority': {
    choices: (on) =>
      priorities.map((priority) => ({
        id: priority,
        label: priorityWords[priority],
        hint: priority === on.ticket.priority ? 'now' : undefined,
        run: () => void on.setPriority(priority),
      })),
  },
  'ticket.waiting': {
    isOffered: whileActive,
    choices: (on) => [
      { id: 'customer', label: 'The customer', run: () => void on.setWaiting('customer') },
      { id: 'thirdParty', label: 'A third party', run: () => void on.setWaiting('thirdParty') },
      { id: 'none', label: 'Nobody', run: () => void on.setWaiting(null) },
    ],
  },
  'ticket.snooze': {
    isOffered: whileActive,
    choices: (on) =>
      snoozeChoices(new Date()).map(({ label, hint, at }) => ({
        id: label,
        label,
        hint,
        run: () => void on.snooze(at, hint),
      })),
  },
  'ticket.copyLink': {
    run: (on) => copy(`${location.origin}/inbox/all/${on.ticket.number}`, 'Link copied.'),
  },
};

const ids = Object.keys(table) as TicketActionId[];

function bindingOf({ isOffered, run, choices }: TicketAction, on: OpenTicket): Binding {
  return {
    enabled: () => isOffered?.(on) ?? true,
    ...(run && { run: () => void run(on) }),
    ...(choices && { choices: () => choices(on) }),
  };
}

/** The open ticket as the table's rows see it: what it is, who holds it, and what can be done. */
function useOpenTicket(detail: TicketDetail) {
  const { memberId } = useMembership();
  const members = useMembers() ?? [];
  const [asksResolve, setAsksResolve] = useStateOf<'resolve' | 'return' | null>(detail.ticket._id, null);
  const acting = useActing(detail);
  const { iHold, otherHolds, asksSteal, setAsksSteal } = acting;
  const acts = {
    ...useControlActs(detail, acting),
    ...useStatusActs(acting),
    assign: useAssignAct(detail, acting),
    ...useOverlayActs(acting),
  };
  return {
    ticket: detail.ticket,
    active: isActive(detail.ticket.status),
    memberId,
    members,
    statusOf: useStatusOf(),
    iHold,
    otherHolds,
    asksResolve,
    setAsksResolve,
    asksSteal,
    setAsksSteal,
    ...acts,
    /** E: at once when nothing waits for an answer, otherwise the operator chooses who answers it. */
    askResolve: () => (detail.unanswered && iHold ? setAsksResolve('resolve') : void acts.resolve()),
    askReturn: () => (detail.unanswered ? setAsksResolve('return') : void acts.returnToAgent()),
  };
}

/** Whether members are there, while the menu asks to whom. */
function useStatusOf() {
  const statuses = useStatuses(useMenuState() === 'ticket.assign');
  useEffect(changed, [statuses]);
  return (member: string) => statuses?.find(({ memberId }) => memberId === member)?.effective;
}

export function useTicketActions(detail: TicketDetail) {
  const on = useOpenTicket(detail);
  useActions(Object.fromEntries(ids.map((id) => [id, bindingOf(table[id], on)])));
  return { ...on, isOffered: (id: TicketActionId) => table[id].isOffered?.(on) ?? true };
}
