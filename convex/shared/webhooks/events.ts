/**
 * Webhook events and what becomes of each (docs/rules.md P3). Pure.
 *
 *   waiting ──▶ sending ──▶ delivered        waiting: its time is `dueAt`, also while others of its endpoint go first
 *      ▲  ▲        │ │          │            sending: an action calls; lost after its lease, and then called again: the
 *      │  └────────┘ ▼          │                     receiver knows the event by its id
 *      │           failed       │            failed: given up after the last try
 *      └───────────┴────────────┘            back to waiting: sent again by hand
 */
import { type Infer, v } from 'convex/values';

export const eventTypes = [
  'message.toAnswer',
  'message.toDeliver',
  'conversation.takenOver',
  'conversation.handedBack',
  'ticket.opened',
  'ticket.changed',
  'ticket.resolved',
  'ticket.closed',
  'ticket.reopened',
] as const;
export const vEventType = v.union(
  v.literal('message.toAnswer'),
  v.literal('message.toDeliver'),
  v.literal('conversation.takenOver'),
  v.literal('conversation.handedBack'),
  v.literal('ticket.opened'),
  v.literal('ticket.changed'),
  v.literal('ticket.resolved'),
  v.literal('ticket.closed'),
  v.literal('ticket.reopened'),
);
/** What an endpoint may ask for. */
export type EventType = Infer<typeof vEventType>;

/** What is sent: also the test, which every endpoint gets. */
export const vSentType = v.union(vEventType, v.literal('webhook.test'));
export type SentType = Infer<typeof vSentType>;

export const eventStates = ['waiting', 'sending', 'delivered', 'failed'] as const;
export const vEventState = v.union(
  v.literal('waiting'),
  v.literal('sending'),
  v.literal('delivered'),
  v.literal('failed'),
);
export type EventState = Infer<typeof vEventState>;

const none: Record<EventState, boolean> = { waiting: false, sending: false, delivered: false, failed: false };

/** Every move that may happen. */
export const eventTransitions: Record<EventState, Record<EventState, boolean>> = {
  waiting: { ...none, waiting: true, sending: true },
  sending: { ...none, waiting: true, delivered: true, failed: true },
  delivered: { ...none, waiting: true },
  failed: { ...none, waiting: true },
};

/** Why an endpoint is not called any more, other than by choice. */
export const vDisabledBy = v.union(v.literal('gone'), v.literal('failing'));
export type DisabledBy = Infer<typeof vDisabledBy>;

/** How it looks on the wire; an id holds no dot. */
export const webhookId = (eventId: string) => `msg_${eventId}`;
