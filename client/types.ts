/** What crosses the wire of /api/v1 and of webhooks, as a client sees it. Instants are ISO 8601 in UTC. */

export interface Control {
  /** Who may speak to the customer now. */
  holder: 'agent' | 'operator';
  /** Grows at each change; what is written under an older one is refused. */
  epoch: number;
  since: string;
}

export interface Message {
  kind: 'message';
  /** Names it in a receipt. */
  id: string;
  sequence: number;
  at: string;
  from: 'customer' | 'agent' | 'operator' | 'system';
  name: string;
  /** By which it was said. What went by mail is for that mailbox: in a chat may be anybody who typed the address. */
  channel: 'web' | 'email' | 'whatsapp' | 'telegram' | 'api' | null;
  text: string;
  attachments: Attachment[];
  clientMessageId: string | null;
}

/** A file that came with a message; whoever has the address has the file. */
export interface Attachment {
  name: string;
  /** By its first bytes. */
  type: string;
  size: number;
  url: string;
}

export interface TakenOver {
  kind: 'takenOver';
  sequence: number;
  at: string;
  epoch: number;
  by: string;
}

/** A boundary: what was asked before it is settled. */
export interface HandedBack {
  kind: 'handedBack';
  sequence: number;
  at: string;
  epoch: number;
  outcome: 'resolved' | 'closed' | 'returned';
  startedAt: string;
  people: string[];
  agentShouldKnow: string | null;
  promised: string | null;
}

export type Entry = Message | TakenOver | HandedBack;

export interface Ticket {
  number: number;
  conversationId: string;
  status: 'new' | 'open' | 'resolved' | 'closed';
  priority: 'low' | 'normal' | 'high' | 'urgent';
  tags: string[];
  reason:
    | 'customerAsked'
    | 'rule'
    | 'noAnswer'
    | 'notSolved'
    | 'agentAsked'
    | 'agentFailed'
    | 'takenOver'
    | 'outsider';
  rule: string | null;
  isAssigned: boolean;
  openedAt: string;
  resolvedAt: string | null;
}

/** What a team keeps of a customer; a day is `2026-11-28`. */
export interface Field {
  name: string;
  value: string | number;
}

/** `value` null empties it. */
export interface FilledField {
  name: string;
  value: string | number | null;
}

export interface ConversationState {
  id: string;
  externalId: string | null;
  subject: string;
  customer: {
    externalId: string | null;
    name: string | null;
    email: string | null;
    /** What the team keeps of them, by the names of its fields. */
    fields: Field[];
  };
  control: Control;
  lastSequence: number;
  answeredThrough: number;
  mustAnswer: boolean;
  ticket: Ticket | null;
  createdAt: string;
}

export interface EntryPage {
  entries: Entry[];
  control: Control;
  lastSequence: number;
  mustAnswer: boolean;
  nextCursor: string | null;
}

/** Show an answer to your customer only when it was accepted. */
export type Answered =
  | { outcome: 'accepted'; sequence: number }
  | {
      outcome: 'refused';
      /** STALE_EPOCH: a person speaks; stop. SUPERSEDED: there is more to read; read on and answer all of it. */
      code: 'STALE_EPOCH' | 'SUPERSEDED';
      detail: string;
      control: Control;
      lastSequence: number;
    };

export interface Brief {
  asked: string;
  facts: { text: string; sequence: number }[];
  tried: string[];
  blockedBy?: string | undefined;
  suggested?: string | undefined;
}

export interface Handover {
  reason?: 'agentAsked' | 'customerAsked' | 'noAnswer' | undefined;
  /** Conditions for the handover rules of this agent. */
  reported?: string[] | undefined;
  confidence?: number | undefined;
  brief?: Brief | undefined;
  priority?: Ticket['priority'] | undefined;
  tags?: string[] | undefined;
}

export type HandedOver =
  | {
      outcome: 'handedOver';
      how: 'opened' | 'reopened' | 'added';
      ticket: Ticket;
      rule: string | null;
      farewell: Answered | null;
    }
  | { outcome: 'declined'; rule: string };

export type ReceiptState = 'sent' | 'delivered' | 'read' | 'failed';

/** What your platform knows of a conversation, for people who look on; null takes it back. `order_value`: what is at stake. */
export type Attributes = Record<string, string | number | boolean | null>;

export interface Start {
  /** Your id for the conversation: a known one is found. */
  externalId: string;
  customer: {
    externalId: string;
    name?: string | undefined;
    email?: string | undefined;
    /** By the names of the fields the team keeps; null empties one. */
    fields?: FilledField[] | undefined;
  };
  subject?: string | undefined;
  attributes?: Attributes | undefined;
}

interface About {
  sequence: number;
  conversation: { id: string; externalId: string | null; channel: string };
  agent: { id: string };
  control: Control;
  lastSequence: number;
  mustAnswer: boolean;
  links: { conversation: string };
}

/** `isCut`: a text was too long for a webhook; `attachmentsLeftOut`: so many files more than it has room for. Read the conversation. */
type Told<Kind extends Entry> = About & { entry: Kind & { isCut?: true; attachmentsLeftOut?: number } };

export type WebhookEvent = { id: string; timestamp: string } & (
  | { type: 'message.toAnswer' | 'message.toDeliver'; data: Told<Message> }
  | { type: 'conversation.takenOver'; data: Told<TakenOver> }
  | { type: 'conversation.handedBack'; data: Told<HandedBack> }
  | {
      type: 'ticket.opened' | 'ticket.changed' | 'ticket.resolved' | 'ticket.closed' | 'ticket.reopened';
      data: About & { ticket: Ticket; changes: string[] };
    }
  | { type: 'webhook.test'; data: { agent: { id: string; name: string } } }
);
