/**
 * Needs: what one person has to see to, by ticket and kind (docs/rules.md, "Need"; A5, A9, C5, C12). Pure: which of them what was said in
 * one transaction makes, and which it settles.
 *
 * Handled is: its person had the ticket before them, answered it or did anything else to it; somebody answered the customer; it went
 * to somebody else, or ended. What others did to them (`taken`) and said to them (`mention`), and what they sent in vain (`cameBack`), outlives all but their own look.
 */
import { v } from 'convex/values';
import type { Author, Outside } from '../conversation/entries';
import type { DeskEvent } from '../tickets/events';
import { isActive, type TicketStatus } from '../tickets/tickets';

/** In the order of the settings. */
export const needKinds = [
  'assigned',
  'replied',
  'near',
  'help',
  'mention',
  'taken',
  'outside',
  'cameBack',
  'woke',
] as const;
export type NeedKind = (typeof needKinds)[number];

/**
 * assigned: a ticket came to them · replied: its customer wrote · mention: a note names them · taken: somebody else has what was
 * theirs · outside: what was passed on is answered, or somebody wrote past the customer · cameBack: what they
 * passed on did not arrive · woke: its snooze is over · near: what it is
 * due by is near · help: somebody asks them into it
 */
export const vNeedKind = v.union(
  v.literal('assigned'),
  v.literal('replied'),
  v.literal('mention'),
  v.literal('taken'),
  v.literal('outside'),
  v.literal('cameBack'),
  v.literal('woke'),
  v.literal('near'),
  v.literal('help'),
);

type MemberId = NonNullable<Extract<Author, { kind: 'operator' }>['memberId']>;

/** Of the thread, as far as needs follow from it. */
export interface Said {
  kind: 'message' | 'note' | 'event';
  author: Author;
  event?: DeskEvent | undefined;
  /** Of a note: whom it names. */
  mentions?: readonly { memberId: MemberId }[] | undefined;
  /** By mail, from somebody who takes no part, or past the customer. */
  isForeign?: true | undefined;
  outside?: Outside | undefined;
}

/** Of a ticket before any of it was said. */
export interface Standing {
  status: TicketStatus;
  assigneeId?: MemberId | undefined;
  /** Who held its conversation. */
  operatorId?: MemberId | undefined;
  /** [B6] Who asked somebody into it. */
  helpBy?: MemberId | undefined;
}

/** `by`: whose doing it was; absent: the desk's. */
export interface Raised {
  kind: NeedKind;
  memberId: MemberId;
  by?: MemberId | undefined;
  /** Given by a pass, which gives only to whoever is there (A3). */
  isThere?: boolean | undefined;
}

/** Without `memberId`: everybody's. */
export interface Handled {
  handled: readonly NeedKind[];
  memberId?: MemberId | undefined;
}

export type Step = Raised | Handled;

/** Those of whoever has the ticket. */
const ofAssignee: readonly NeedKind[] = ['assigned', 'replied', 'near', 'outside', 'woke'];
const helped: Handled = { handled: ['help'] };
const ofCustomer: readonly NeedKind[] = ['replied', 'woke'];

/** What follows, in its order: a later step takes an earlier one back. */
export function stepsOf(standing: Standing, said: readonly Said[]): Step[] {
  const now = { ...standing };
  return said.flatMap((each) => [...doneBy(each), ...follow(now, each)]);
}

/** Whoever does something to a ticket has seen to what they had there. */
function doneBy({ author }: Said): Handled[] {
  if (author.kind !== 'operator' || author.memberId === undefined) return [];
  return [{ handled: needKinds, memberId: author.memberId }];
}

function follow(now: Standing, said: Said): Step[] {
  const { kind, author, event } = said;
  if (event !== undefined) return followEvent(now, event, author);
  if (kind === 'note')
    return (said.mentions ?? []).flatMap(({ memberId }) => raise('mention', memberId, author));
  if (kind !== 'message' || said.outside?.isLate) return [];
  if (author.kind === 'operator')
    return said.outside?.waitsSince === undefined ? [{ handled: ofCustomer }] : [];
  if (author.kind !== 'customer' || !isActive(now.status)) return [];
  return forAssignee(now, said.isForeign ? 'outside' : 'replied');
}

function followEvent(now: Standing, event: DeskEvent, author: Author): Step[] {
  switch (event.type) {
    case 'assigned':
      return followAssignment(now, event, author);
    case 'helpAsked':
      now.helpBy = author.kind === 'operator' ? author.memberId : undefined;
      return [helped, ...event.to.flatMap((memberId) => raise('help', memberId, author))];
    case 'helpEnded':
      return [helped];
    case 'statusChanged':
      return followStatus(now, event.to, author);
    case 'controlTaken':
    case 'controlReturned': {
      const from = now.operatorId;
      now.operatorId = event.type === 'controlTaken' ? event.to : undefined;
      if (from === now.operatorId) return [];
      return [...backWith(now.operatorId), ...takenFrom(from, author)];
    }
    case 'snoozed':
      // One that ends by itself: whoever writes into it, or wakes it, is told apart.
      return event.to === undefined && author.kind === 'system' ? forAssignee(now, 'woke') : [];
    case 'forwardAnswered':
      return forAssignee(now, 'outside');
    case 'forwardLost':
      return event.by === undefined
        ? forAssignee(now, 'cameBack')
        : [{ kind: 'cameBack', memberId: event.by }];
    default:
      return [];
  }
}

type Assignment = Extract<DeskEvent, { type: 'assigned' }>;

function followAssignment(now: Standing, { from, to, how }: Assignment, author: Author): Step[] {
  now.assigneeId = to;
  if (from === to) return [];
  const lost: Step[] = from === undefined ? [] : [{ handled: ofAssignee, memberId: from }];
  // Who is not there when a ticket comes back to life has lost nothing that they had.
  const isFelt = author.kind === 'operator' || author.kind === 'system';
  const isThere = how === 'automatic' || undefined;
  const came = to === undefined ? [] : [...backWith(to), ...raise('assigned', to, author, isThere)];
  const hasCome = to !== undefined && to !== now.helpBy && how !== 'automatic';
  return [...(hasCome ? [helped] : []), ...lost, ...(isFelt ? takenFrom(from, author) : []), ...came];
}

function followStatus(now: Standing, to: TicketStatus, author: Author): Step[] {
  const wasActive = isActive(now.status);
  now.status = to;
  if (!isActive(to)) return [{ handled: ofAssignee }, helped];
  return wasActive || now.assigneeId === undefined ? [] : raise('assigned', now.assigneeId, author);
}

const forAssignee = ({ assigneeId }: Standing, kind: NeedKind): Step[] =>
  assigneeId === undefined ? [] : [{ kind, memberId: assigneeId }];

const backWith = (memberId: MemberId | undefined): Step[] =>
  memberId === undefined ? [] : [{ handled: ['taken'], memberId }];

const takenFrom = (memberId: MemberId | undefined, author: Author): Step[] =>
  memberId === undefined ? [] : raise('taken', memberId, author);

/** What one does oneself is no news. */
function raise(kind: NeedKind, memberId: MemberId, author: Author, isThere?: boolean): Step[] {
  if (author.kind !== 'operator') return [{ kind, memberId, isThere }];
  return author.memberId === memberId ? [] : [{ kind, memberId, by: author.memberId }];
}
