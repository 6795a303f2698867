/**
 * Telling an agent what happened to one of its conversations (docs/rules.md P3, C4, C10): a part of the settling
 * (model/settle.ts), which looks at what the transaction has added to the thread, so nobody has to remember it.
 *
 * An operator's message on an `api` conversation is not told here: it goes through the outbox (deliveries.ts), which keeps
 * the order; here it is only asked to look.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { EventType } from '../../shared/webhooks/events';
import { mustAnswer } from '../agents/agentViews';
import { agentOf, type Case, type CaseCtx, type Entry } from '../conversation/case';
import { bodyOf, type Told } from './bodies';
import { activeEndpoints } from './endpoints';
import { createEvent } from './events';

export async function tellAgent(ctx: CaseCtx, opened: Case): Promise<void> {
  if (opened.added.length === 0) return;
  const agent = await agentOf(ctx, opened);
  if (agent?.hasWebhooks !== true || !agent.active) return;
  const toTell = await whatToTell(ctx, opened);
  const delivers = opened.added.some(mustBeDelivered);
  if (toTell.length === 0 && !delivers) return;
  const now = Date.now();
  const endpoints = await activeEndpoints(ctx, agent._id);
  for (const told of toTell) {
    const listening = endpoints.filter(({ events }) => events.includes(told.type as EventType));
    if (listening.length === 0) continue;
    const body = await bodyOf(ctx, opened, told, now);
    const { _id: conversationId } = opened.conversation;
    for (const endpoint of listening)
      await createEvent(ctx, endpoint, { type: told.type, body, conversationId });
  }
  if (delivers) {
    const { _id: conversationId } = opened.conversation;
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.deliver, { conversationId });
  }
}

/** [M2] What others than the agent say there, its platform has to be brought. */
function mustBeDelivered({ kind, audience, channel, author }: Entry): boolean {
  const isSaid = kind === 'message' && audience === 'everyone' && channel === 'api';
  return isSaid && (author.kind === 'operator' || author.kind === 'system');
}

async function whatToTell(ctx: CaseCtx, opened: Case): Promise<Told[]> {
  const told: Told[] = [];
  const ofTicket = new Map<Id<'tickets'>, TicketNews>();
  for (const entry of opened.added) {
    const type = boundaryOf(entry);
    if (type !== null) told.push({ type, sequence: entry.sequence, about: { entry } });
    else if (entry.kind === 'event' && entry.ticketId !== undefined) noteTicket(ofTicket, entry);
  }
  for (const [ticketId, news] of ofTicket) told.push(...tellTicket(opened.tickets.get(ticketId)!.now, news));
  told.push(...(await toAnswer(ctx, opened)));
  return told.toSorted((a, b) => a.sequence - b.sequence);
}

function boundaryOf({ event }: Entry): EventType | null {
  if (event?.type === 'controlTaken') return 'conversation.takenOver';
  if (event?.type === 'controlReturned') return 'conversation.handedBack';
  return null;
}

interface TicketNews {
  /** What it went through, oldest first. */
  steps: { type: EventType; sequence: number }[];
  changes: Set<string>;
  sequence: number;
}

function noteTicket(all: Map<Id<'tickets'>, TicketNews>, { event, ticketId, sequence }: Entry): void {
  const news = all.get(ticketId!) ?? { steps: [], changes: new Set<string>(), sequence };
  all.set(ticketId!, { ...news, sequence });
  const step = stepOf(event!);
  if (step !== null) news.steps.push({ type: step, sequence });
  else news.changes.add(changed[event!.type] ?? event!.type);
}

type DeskEvent = NonNullable<Entry['event']>;

function stepOf(event: DeskEvent): EventType | null {
  if (event.type === 'ticketOpened') return 'ticket.opened';
  if (event.type !== 'statusChanged') return null;
  if (event.to === 'resolved') return 'ticket.resolved';
  if (event.to === 'closed') return 'ticket.closed';
  return event.from === 'new' ? null : 'ticket.reopened';
}

const changed: Partial<Record<DeskEvent['type'], string>> = {
  statusChanged: 'status',
  reasonAdded: 'reason',
  briefed: 'brief',
  priorityChanged: 'priority',
  assigned: 'assignee',
  waitingChanged: 'waiting',
  snoozed: 'snooze',
  tagsChanged: 'tags',
};

/** Each step by itself; what else changed goes with the last one, or alone. */
function tellTicket(ticket: Doc<'tickets'>, { steps, changes, sequence }: TicketNews): Told[] {
  const about = { ticket, changes: [...changes] };
  if (steps.length === 0) return [{ type: 'ticket.changed', sequence, about }];
  return steps.map((step) => ({ ...step, about }));
}

/** What the customer wrote and the agent now owes an answer: also what waited for it while a person spoke. */
async function toAnswer(ctx: CaseCtx, opened: Case): Promise<Told[]> {
  if (!mustAnswer(opened)) return [];
  const { answeredThrough, lastCustomerSequence = 0 } = opened.head;
  const written = opened.added.filter(
    ({ kind, author, sequence }) =>
      kind === 'message' && author.kind === 'customer' && sequence > answeredThrough,
  );
  if (written.length > 0) return written.map((entry) => asked(entry, entry.sequence));
  const back = opened.added.find(({ event }) => event?.type === 'controlReturned');
  if (back === undefined) return [];
  const { _id: conversationId } = opened.conversation;
  const waiting = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('sequence', lastCustomerSequence),
    )
    .unique();
  return waiting === null ? [] : [asked(waiting, back.sequence)];
}

function asked(entry: Entry, sequence: number): Told {
  return { type: 'message.toAnswer', sequence, about: { entry } };
}
