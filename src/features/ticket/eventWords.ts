/** Events as one-line sentences: actor, verb, object and, for automation, why. */
import type { HandoverReason } from '../../../convex/shared/tickets/reasons';
import type { TicketStatus } from '../../../convex/shared/tickets/tickets';
import type { Entry } from '../../convex/threads';
import { formatFull } from '../../lib/time';
import { outsideWords } from './channelWords';

const reasonWords: Record<HandoverReason, string> = {
  customerAsked: 'the customer asked for a person',
  rule: 'a handover rule matched',
  noAnswer: 'the agent found no answer',
  notSolved: 'the customer says that it is not solved',
  agentAsked: 'the agent asked for a person',
  // Silent, too late, or what it said came back.
  agentFailed: 'no answer of the agent reached the customer',
  takenOver: 'an operator took over',
  outsider: 'somebody besides the customer wrote',
};

/** One reason: a rule that matched is it, except where the customer asked (H1: then it only sets how). */
function becauseOf(reason: HandoverReason, rule: string | undefined): string {
  return rule === undefined || reason === 'customerAsked' ? reasonWords[reason] : `rule “${rule}”`;
}

const outcomes = { resolved: 'resolved', closed: 'closed', returned: 'returned to the agent' };

function statusVerb({ from, to }: { from: TicketStatus; to: TicketStatus }): string {
  if (to === 'resolved' || to === 'closed') return to;
  return from === 'new' ? 'took up' : 'reopened';
}

/** [M4] Why nobody is answered (convex/shared/mail/automatic.ts). */
const automaticWords: Record<string, string> = {
  ownLoop: 'another desk wrote it by itself',
  ownAddress: 'it came from an address of this team',
  feedbackReport: 'a complaint',
  deliveryReport: 'a delivery report',
  failedRecipients: 'a delivery report',
  mailerDaemon: 'a mail server wrote it',
  readReceipt: 'a read receipt',
  listHeader: 'a mailing list',
  precedence: 'a mailing list',
};

const cameBackWords = {
  bounced: 'Mail came back from',
  delayed: 'Mail has not arrived yet at',
  complained: 'Mail was marked as spam by',
};

const targetWords = { firstReply: 'first reply', nextReply: 'reply', resolution: 'resolution' };

/** What became of a tag in the whole team. */
const renamedWords = ({ from, to }: { from: string; to?: string }, by: string) =>
  to === undefined ? `${by} deleted the tag ${from}` : `${by} changed the tag ${from} to ${to}`;

const tagged = (tags: string[] = []) => (tags.length === 0 ? '' : ` · ${tags.join(', ')}`);

type ChatEvent = Extract<
  NonNullable<Entry['event']>,
  {
    type:
      | 'customerEdited'
      | 'customerReacted'
      | 'customerRevoked'
      | 'chatBlocked'
      | 'pressedStart'
      | 'chatEnded';
  }
>;

/** What a customer did in a messenger. */
function describeChat(event: ChatEvent, { text }: Entry, actor: string): string {
  switch (event.type) {
    case 'chatEnded':
      return 'The customer ended the chat';
    case 'customerEdited':
      return `${actor} edited a message${event.before && `, which said: ${event.before}`}${text ? `. It says now: ${text}` : ''}`;
    case 'customerReacted':
      return event.emoji === null ? `${actor} took a reaction back` : `${actor} reacted with ${event.emoji}`;
    case 'customerRevoked':
      return `${actor} took back a message: only the team still sees it`;
    case 'chatBlocked':
      return event.isBlocked
        ? `${actor} blocked the bot: nothing reaches them on Telegram until they write again`
        : `${actor} unblocked the bot`;
    case 'pressedStart':
      return event.isLinked
        ? `${actor} goes on with this conversation on Telegram`
        : `${actor} pressed Start on Telegram`;
  }
}

type HelpEvent = Extract<NonNullable<Entry['event']>, { type: 'helpAsked' | 'helpEnded' }>;

/** Whom it names; of several, how many there were. */
function describeHelp(event: HelpEvent, actor: string, nameOf: (memberId: string) => string): string {
  if (event.type === 'helpEnded') return `${actor} ended the call for help`;
  const { to, why } = event;
  return `${actor} asked ${to.length === 1 ? nameOf(to[0]!) : `${to.length} managers`} for help: ${why}`;
}

function describeWaiting(to: 'customer' | 'thirdParty' | undefined, actor: string): string {
  if (to === undefined) return `${actor} ended the wait`;
  return `${actor} set waiting on ${to === 'customer' ? 'the customer' : 'a third party'}`;
}

type Assignment = Extract<NonNullable<Entry['event']>, { type: 'assigned' }>;

function describeAssignment(
  event: Assignment,
  { author }: Entry,
  actor: string,
  nameOf: (memberId: string | undefined) => string,
): string {
  if (event.how === 'notPickedUp')
    return `${nameOf(event.from)} did not pick it up in time: back in the pool`;
  if (event.to === undefined) return `${actor} unassigned ${nameOf(event.from)}`;
  if (event.how === 'automatic') return `Assigned to ${nameOf(event.to)} automatically`;
  if (author.kind === 'operator' && author.memberId === event.to)
    return `${actor} took the ticket${event.from === undefined ? '' : ` from ${nameOf(event.from)}`}`;
  return `${actor} assigned ${nameOf(event.to)}`;
}

type SpamEvent = Extract<NonNullable<Entry['event']>, { type: 'markedAsSpam' | 'notSpam' | 'spamMail' }>;

function describeSpam(event: SpamEvent, actor: string): string {
  if (event.type === 'markedAsSpam')
    return `${actor} marked this as spam: what its sender mails is kept here and starts nothing`;
  if (event.type === 'notSpam')
    return `${actor} took back that this is spam: mail from its sender is taken in again`;
  return `Mail from ${event.from}, marked as spam: ${event.subject || 'no subject'}`;
}

type Loop = Extract<NonNullable<Entry['event']>, { type: 'loopBroken' }>;

function describeLoop({ address, isFlood }: Loop): string {
  if (isFlood) return `${address} writes more than people do: the agent is silent, a person looks`;
  return `${address} answers at once, again and again, as a machine does: the agent is silent, a person looks`;
}

type Merge = Extract<NonNullable<Entry['event']>, { type: 'customersMerged' }>;

const describeMerge = ({ with: other, isUndone }: Merge, actor: string): string =>
  `${actor} ${isUndone ? 'took back' : 'said'} that this customer and ${other || 'a nameless one'} are the same`;

type NameOf = (memberId: string | undefined) => string;
type Taken = Extract<NonNullable<Entry['event']>, { type: 'controlTaken' }>;

function takenWords({ from, to, outside }: Taken, nameOf: NameOf): string {
  const inPlace = from === undefined ? '' : ` in place of ${nameOf(from)}`;
  if (outside !== undefined)
    return `Somebody of the team answered ${outsideWords[outside]}${inPlace}: the team holds, the agent is silent`;
  if (to === undefined) return `The team holds this${inPlace}. The agent is silent`;
  return from === undefined
    ? `${nameOf(to)} took over. The agent is silent`
    : `${nameOf(to)} took over from ${nameOf(from)}`;
}

const ratedWords = ({ score, comment }: { score: number; comment?: string | undefined }, whom: string) =>
  `The customer rated ${whom}: ${score} of 5${comment ? `, “${comment}”` : ''}`;

/** `nameOf` knows the team's members. */
export function describeEvent(entry: Entry, nameOf: NameOf): string {
  const { event, authorName } = entry;
  if (!event) return '';
  const actor = entry.author.kind === 'system' ? 'Baton' : authorName;
  switch (event.type) {
    case 'ticketOpened':
      return `Ticket #${event.number} opened, ${event.priority} priority: ${becauseOf(event.reason, event.rule)}${tagged(event.tags)}`;
    case 'reasonAdded':
      return `Handed over again: ${becauseOf(event.reason, event.rule)}`;
    case 'briefed':
      return 'The brief was written from the conversation';
    case 'statusChanged':
      return `${actor} ${statusVerb(event)} the ticket`;
    case 'priorityChanged':
      return `${actor} set priority from ${event.from} to ${event.to}`;
    case 'assigned':
      return describeAssignment(event, entry, actor, nameOf);
    case 'waitingChanged':
      return describeWaiting(event.to, actor);
    case 'snoozed':
      return event.to === undefined ? 'Snooze ended' : `${actor} snoozed until ${formatFull(event.to)}`;
    case 'tagsChanged':
      if (event.renamed) return renamedWords(event.renamed, nameOf(event.renamed.by));
      return `${actor} set tags: ${event.to.join(', ') || 'none'}`;
    case 'helpAsked':
    case 'helpEnded':
      return describeHelp(event, actor, nameOf);
    case 'targetMissed':
      return `Target missed: ${targetWords[event.target]} by ${formatFull(event.dueAt)}`;
    case 'sendGaveUp':
      return 'A reply did not reach the customer: they wait again';
    case 'automaticMail':
      return `Automatic mail from ${event.from}: ${event.subject || 'no subject'} (${automaticWords[event.why] ?? 'no person wrote it'})`;
    case 'mailCameBack':
      return `${cameBackWords[event.how]} ${event.to ?? 'one of its recipients'}${event.detail ? `: ${event.detail}` : ''}`;
    case 'forwardLost':
      return `What was forwarded did not reach ${event.to}${event.detail ? `: ${event.detail}` : ''}`;
    // Notes, each with more to it than a line.
    case 'forwarded':
    case 'forwardAnswered':
      return '';
    case 'markedAsSpam':
    case 'notSpam':
    case 'spamMail':
      return describeSpam(event, actor);
    case 'customersMerged':
      return describeMerge(event, actor);
    case 'customerEdited':
    case 'customerReacted':
    case 'customerRevoked':
    case 'chatBlocked':
    case 'pressedStart':
    case 'chatEnded':
      return describeChat(event, entry, actor || 'The customer');
    case 'loopBroken':
      return describeLoop(event);
    case 'controlTaken':
      return takenWords(event, nameOf);
    case 'rated':
      return ratedWords(event, nameOf(event.memberId));
    case 'controlReturned': {
      const said = [
        event.agentShouldKnow && `the agent knows: ${event.agentShouldKnow}`,
        event.promised && `promised: ${event.promised}`,
      ].filter(Boolean);
      return `${actor}: ${outcomes[event.outcome]}. The agent answers from here${said.length ? ` (${said.join('; ')})` : ''}`;
    }
  }
}
