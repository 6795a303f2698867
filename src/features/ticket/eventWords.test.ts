import { expect, test } from 'vitest';
import type { Entry } from '../../convex/threads';
import { describeEvent } from './eventWords';

const names: Record<string, string> = { ana: 'Ana Reyes', ben: 'Ben Ito' };
const nameOf = (id: string | undefined) => names[id ?? ''] ?? 'Nobody';

function said(event: object, author: object = { kind: 'operator', memberId: 'ana' }): string {
  return describeEvent({ event, author, authorName: 'Ana Reyes' } as unknown as Entry, nameOf);
}

test.each([
  ['new', 'open', 'Ana Reyes took up the ticket'],
  ['new', 'resolved', 'Ana Reyes resolved the ticket'],
  ['open', 'closed', 'Ana Reyes closed the ticket'],
  ['resolved', 'open', 'Ana Reyes reopened the ticket'],
  ['closed', 'open', 'Ana Reyes reopened the ticket'],
])('[T2] [T8] from %s to %s reads as what somebody did', (from, to, sentence) => {
  expect(said({ type: 'statusChanged', from, to })).toBe(sentence);
});

test('[T8] an assignment says whether it was to oneself, to somebody else or nobody’s doing', () => {
  expect(said({ type: 'assigned', to: 'ana', how: 'manual' })).toBe('Ana Reyes took the ticket');
  expect(said({ type: 'assigned', from: 'ben', to: 'ana', how: 'takeover' })).toBe(
    'Ana Reyes took the ticket from Ben Ito',
  );
  expect(said({ type: 'assigned', to: 'ben', how: 'manual' })).toBe('Ana Reyes assigned Ben Ito');
  expect(said({ type: 'assigned', to: 'ana', how: 'automatic' }, { kind: 'system' })).toBe(
    'Assigned to Ana Reyes automatically',
  );
  expect(said({ type: 'assigned', from: 'ben', how: 'manual' })).toBe('Ana Reyes unassigned Ben Ito');
});

test('[H6] [M4] an agent that was silent and a mail that came back are one reason: nothing reached the customer', () => {
  expect(said({ type: 'reasonAdded', reason: 'agentFailed' })).toBe(
    'Handed over again: no answer of the agent reached the customer',
  );
});

test('[T8] [T7] a ticket opens with its priority, why, by which rule and with which tags', () => {
  const opened = { type: 'ticketOpened', number: 7, priority: 'high', reason: 'rule', rule: 'Late refund' };
  expect(said({ ...opened, tags: ['refund', 'vip'] })).toBe(
    'Ticket #7 opened, high priority: rule “Late refund” · refund, vip',
  );
  expect(said(opened)).toBe('Ticket #7 opened, high priority: rule “Late refund”');
  expect(said({ ...opened, reason: 'noAnswer' })).toBe('Ticket #7 opened, high priority: rule “Late refund”');
  expect(said({ ...opened, reason: 'customerAsked' })).toBe(
    'Ticket #7 opened, high priority: the customer asked for a person',
  );
});

test('[M4] what came back names whose mail it was, unless nobody knows', () => {
  const cameBack = { type: 'mailCameBack', how: 'bounced' };
  expect(said({ ...cameBack, to: 'jo@customer.test' })).toBe('Mail came back from jo@customer.test');
  expect(said({ ...cameBack, detail: 'No such user' })).toBe(
    'Mail came back from one of its recipients: No such user',
  );
});

test('[C13] who answered past Baton is the team, by what they did and in whose place; a hold of nobody names nobody', () => {
  const byTeam = { kind: 'operator' };
  expect(said({ type: 'controlTaken', epoch: 2, outside: 'whatsapp' }, byTeam)).toBe(
    'Somebody of the team answered from the phone: the team holds, the agent is silent',
  );
  expect(said({ type: 'controlTaken', epoch: 2, from: 'ben', outside: 'email' }, byTeam)).toBe(
    'Somebody of the team answered from a mail program in place of Ben Ito: the team holds, the agent is silent',
  );
  expect(said({ type: 'controlTaken', epoch: 2, from: 'ben' })).toBe(
    'The team holds this in place of Ben Ito. The agent is silent',
  );
});

test('[M1] an edit says what stands nowhere else on the screen', () => {
  const edited = (before: string, text?: string) =>
    describeEvent(
      {
        event: { type: 'customerEdited', sequence: 1, before },
        author: { kind: 'customer' },
        authorName: 'Jo',
        text,
      } as Entry,
      nameOf,
    );
  expect(edited('')).toBe('Jo edited a message');
  expect(edited('Order 2')).toBe('Jo edited a message, which said: Order 2');
  expect(edited('Order 1', 'Order 2')).toBe('Jo edited a message, which said: Order 1. It says now: Order 2');
});
