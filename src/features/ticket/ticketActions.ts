/** Everything an operator can do to the open ticket, as data: keys, the command menu, the buttons and "More" read it. */
import { useEffect } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { isActive, priorities } from '../../../convex/shared/tickets/tickets';
import type { ActionId } from '../../actions/catalogue';
import { type Binding, changed, type Choice, useActions, useMenuState } from '../../actions/registry';
import { useMembers, useStatuses } from '../../convex/members';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { useLatest } from '../../lib/useLatest';
import { useStateOf } from '../../lib/useStateOf';
import { copy } from '../../ui/copy';
import { sentenceFor } from '../../lib/errors';
import { useActing } from './acting';
import { useEndHelp } from '../../convex/tickets';
import type { Forwarded } from './forwardMail';
import { noMailOf, pausedWords, unheardOf } from './ways';
import { type ReplyWays, useReplyWays } from '../../convex/threads';
import { type SnoozeChoice, snoozeChoices, typedTime } from '../../actions/snoozeTimes';
import { priorityWords } from './priorityWords';
import { useAssignAct, useControlActs, useOverlayActs, useSpamActs, useStatusActs } from './ticketActs';

export type TicketActions = ReturnType<typeof useTicketActions>;
/** The panel belongs to the pane around the ticket; tags and what is done about the customer to the panel. */
export type TicketActionId = Exclude<
  Extract<ActionId, `ticket.${string}`>,
  'ticket.panel' | 'ticket.tags' | 'ticket.sender' | 'ticket.sameCustomer'
>;

/** What the dialog about handing back is asked for. */
type HandingBack = 'resolve' | 'return' | 'close';

interface TicketAction {
  /** The sentence that says why it cannot be done now, or null. Absent: it always can. */
  whyNot?: (on: OpenTicket) => string | null;
  run?: (on: OpenTicket) => unknown;
  choices?: (on: OpenTicket) => Choice[];
  typedChoices?: (on: OpenTicket, typed: string) => Choice[];
}

type OpenTicket = ReturnType<typeof useOpenTicket>;

const unlessEnded = ({ active, ticket }: OpenTicket) =>
  active ? null : `The ticket is ${ticket.status}. Reopen it first.`;
const unlessSilent = ({ iHold, control, agent }: OpenTicket) => {
  if (iHold) return null;
  if (control.holder === 'agent') return `${agent.name} is answering already.`;
  return `${control.operatorName ?? 'Somebody'} is answering. Take over first.`;
};

const firstEpoch = 1;
const hasHeardTheEnd = ({ control }: TicketDetail) => control.epoch > firstEpoch;

const asSnooze = (on: OpenTicket, { label, hint, back, at }: SnoozeChoice): Choice => ({
  id: label,
  label,
  hint,
  run: () => void on.snooze(at, back),
});

const table: Record<TicketActionId, TicketAction> = {
  'ticket.takeOver': {
    whyNot: (on) => (on.iHold ? 'You speak already.' : null),
    run: (on) => on.takeOver(),
  },
  'ticket.returnToAgent': { whyNot: unlessSilent, run: (on) => on.askReturn() },
  'ticket.resolve': { whyNot: unlessEnded, run: (on) => on.askResolve() },
  'ticket.resolveWithNote': {
    whyNot: (on) => unlessEnded(on) ?? unlessSilent(on),
    run: (on) => on.setAsksResolve('resolve'),
  },
  'ticket.returnWithNote': { whyNot: unlessSilent, run: (on) => on.setAsksResolve('return') },
  'ticket.reopen': {
    whyNot: (on) => (on.active ? 'The ticket is open.' : null),
    run: (on) => on.askReopen(),
  },
  'ticket.close': {
    whyNot: (on) => (on.ticket.status === 'closed' ? 'The ticket is closed already.' : null),
    run: (on) => on.setAsksResolve('close'),
  },
  'ticket.forward': {
    whyNot: ({ noForward }) => noForward,
    run: (on) => on.setForwards('conversation'),
  },
  'ticket.spam': {
    whyNot: ({ ticket, isSpam }) => {
      if (isSpam) return 'Its sender is marked as spam already.';
      return ticket.channel === 'email' ? null : 'Only what came by mail can be marked as spam.';
    },
    run: (on) => on.markAsSpam(),
  },
  'ticket.notSpam': {
    whyNot: ({ isSpam }) => (isSpam ? null : 'Its sender is not marked as spam.'),
    run: (on) => on.notSpam(),
  },
  'ticket.assign': {
    whyNot: unlessEnded,
    choices: (on) =>
      on.members.map(({ memberId, name }) => ({
        id: memberId,
        label: name,
        hint: on.statusOf(memberId),
        run: () => void on.assign(memberId),
      })),
  },
  'ticket.assignToMe': {
    whyNot: (on) =>
      unlessEnded(on) ?? (on.ticket.assigneeId === on.memberId ? 'The ticket is yours already.' : null),
    run: (on) => on.assign(on.memberId),
  },
  'ticket.unassign': {
    whyNot: (on) =>
      unlessEnded(on) ?? (on.ticket.assigneeId === undefined ? 'The ticket is nobody’s already.' : null),
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
    whyNot: unlessEnded,
    choices: (on) => [
      { id: 'customer', label: 'The customer', run: () => void on.setWaiting('customer') },
      { id: 'thirdParty', label: 'A third party', run: () => void on.setWaiting('thirdParty') },
      { id: 'none', label: 'Nobody', run: () => void on.setWaiting(null) },
    ],
  },
  'ticket.snooze': {
    whyNot: unlessEnded,
    choices: (on) => [
      ...snoozeChoices(new Date()).map((choice) => asSnooze(on, choice)),
      ...(on.ticket.snoozedUntil === undefined
        ? []
        : [{ id: 'wake', label: 'Wake it now', run: () => void on.snooze(null) }]),
    ],
    typedChoices: (on, typed) => {
      const choice = typedTime(typed, new Date());
      return choice ? [asSnooze(on, choice)] : [];
    },
  },
  'ticket.help': {
    whyNot: unlessEnded,
    run: (on) => on.setAsksHelp(true),
  },
  'ticket.helpEnded': {
    whyNot: ({ ticket, memberId, isManager }) => {
      if (ticket.help === undefined) return 'Nobody has asked for help here.';
      const isTheirs = [ticket.help.by, ...ticket.help.to].some((each) => each === memberId);
      return isTheirs || isManager ? null : 'Whoever asked for help, or was asked, ends it.';
    },
    run: (on) => on.endHelp(),
  },
  'ticket.copyLink': {
    run: (on) => copy(`${location.origin}/inbox/all/${on.ticket.number}`, 'Link copied.'),
  },
};

const ids = Object.keys(table) as TicketActionId[];

function bindingOf({ whyNot, run, choices, typedChoices }: TicketAction, on: OpenTicket): Binding {
  return {
    enabled: () => whyNot?.(on) ?? true,
    ...(run && { run: () => void run(on) }),
    ...(choices && { choices: () => choices(on) }),
    ...(typedChoices && { typedChoices: (typed) => typedChoices(on, typed) }),
  };
}

/** The open ticket as the table's rows see it: what it is, who holds it, and what can be done. */
function useOpenTicket(detail: TicketDetail, leave: () => void) {
  const { memberId, role } = useMembership();
  const members = useMembers() ?? [];
  const [asksResolve, setAsksResolve] = useStateOf<HandingBack | null>(detail.ticket._id, null);
  const [asksReopen, setAsksReopen] = useStateOf(detail.ticket._id, false);
  const [asksHelp, setAsksHelp] = useStateOf(detail.ticket._id, false);
  const endHelp = useEndHelp();
  const acting = useActing(detail, leave);
  const { iHold, otherHolds, asksSteal, setAsksSteal } = acting;
  const known = useLatest(useReplyWays(detail.ticket.conversationId));
  const email = known?.email ?? null;
  const [forwards, setForwards] = useStateOf<Forwarded | null>(detail.ticket._id, null);
  const acts = {
    ...useControlActs(detail, acting),
    ...useStatusActs(detail, acting),
    assign: useAssignAct(detail, acting),
    ...useOverlayActs(acting),
    ...useSpamActs(detail, acting, email?.address ?? null),
  };
  return {
    ticket: detail.ticket,
    control: detail.control,
    agent: detail.agent,
    active: isActive(detail.ticket.status),
    memberId,
    members,
    statusOf: useStatusOf(),
    forwards,
    setForwards,
    noForward: noForwardOf(known),
    isSpam: email?.suppressed?.isSpam === true,
    unheard: unheardOf(detail, email),
    iHold,
    otherHolds,
    asksResolve,
    setAsksResolve,
    asksReopen,
    setAsksReopen,
    asksHelp,
    setAsksHelp,
    isManager: isAllowed(role, 'board.read'),
    endHelp: () => acting.attempt(() => endHelp(acting.at)),
    asksSteal,
    setAsksSteal,
    ...acts,
    /** E: at once when nothing waits for an answer, otherwise the operator chooses who answers it. */
    askResolve: () => (detail.unanswered && iHold ? setAsksResolve('resolve') : void acts.resolve()),
    /** Where a person had spoken, the customer was told that the agent is back. */
    askReopen: () => (hasHeardTheEnd(detail) ? setAsksReopen(true) : void acts.reopen()),
    askReturn: () => (detail.unanswered ? setAsksResolve('return') : void acts.returnToAgent()),
  };
}

/** Why nothing can be passed on; null: it can. That the customer has no address is no hindrance. */
function noForwardOf(known: ReplyWays | undefined): string | null {
  const noMail = noMailOf(known);
  if (noMail === 'PAUSED') return pausedWords(known);
  return noMail === 'NO_MAIL_CHANNEL' ? sentenceFor(noMail) : null;
}

/** Whether members are there, while the menu asks to whom. */
function useStatusOf() {
  const statuses = useStatuses(useMenuState() === 'ticket.assign');
  useEffect(changed, [statuses]);
  return (member: string) => statuses?.find(({ memberId }) => memberId === member)?.effective;
}

/** `leave`: closes the ticket. */
export function useTicketActions(detail: TicketDetail, leave: () => void) {
  const on = useOpenTicket(detail, leave);
  useActions(Object.fromEntries(ids.map((id) => [id, bindingOf(table[id], on)])));
  return { ...on, isOffered: (id: TicketActionId) => (table[id].whyNot?.(on) ?? null) === null };
}
