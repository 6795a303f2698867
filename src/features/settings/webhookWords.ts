/** What webhooks are called on the screen. */
import type { DisabledBy, EventState, EventType } from '../../../convex/shared/webhooks/events';
import type { Endpoint } from '../../convex/webhooks';

export const eventWords: Record<EventType, string> = {
  'message.toAnswer': 'A customer’s message to answer',
  'message.toDeliver': 'A person’s message to bring to the customer',
  'conversation.takenOver': 'Taken over: stop now',
  'conversation.handedBack': 'Handed back',
  'ticket.opened': 'Ticket opened',
  'ticket.changed': 'Ticket changed',
  'ticket.resolved': 'Ticket resolved',
  'ticket.closed': 'Ticket closed',
  'ticket.reopened': 'Ticket reopened',
};

type Tone = 'ok' | 'warn' | 'bad' | 'plain';

export const stateWords: Record<EventState, { tone: Tone; word: string }> = {
  waiting: { tone: 'warn', word: 'Waiting' },
  sending: { tone: 'plain', word: 'Sending' },
  delivered: { tone: 'ok', word: 'Delivered' },
  failed: { tone: 'bad', word: 'Given up' },
};

const disabledWords: Record<DisabledBy, string> = {
  gone: 'Off: it says it is gone (410)',
  failing: 'Off: nothing but failures for five days',
};

export function stateOf({ active, disabledBy, failingSince, restsUntil }: Endpoint): {
  tone: Tone;
  word: string;
} {
  if (disabledBy !== null) return { tone: 'bad', word: disabledWords[disabledBy] };
  if (!active) return { tone: 'plain', word: 'Paused' };
  if (failingSince === null) return { tone: 'ok', word: 'On' };
  return { tone: 'warn', word: restsUntil === null ? 'Failing' : 'Failing, asked for a rest' };
}
