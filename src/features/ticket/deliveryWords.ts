/** What became of a message of ours, in words (docs/rules.md M2). Pure. */
import { isLost as isLostSend } from '../../../convex/shared/conversation/outbox';
import type { Entry } from '../../convex/threads';
import { formatClock } from '../../lib/time';

export interface DeliveryWords {
  text: string;
  tone: 'plain' | 'warn' | 'bad';
}

type Told = Pick<Entry, 'delivery' | 'neverSent'> & {
  mail?: { isOnlyHere: boolean; canLeave?: boolean | undefined };
};

const withCause = (what: string, failure: string | null | undefined) =>
  failure ? `${what}: ${failure}` : `${what}.`;

const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

const triedAgain = (at: number, failure: string | null): DeliveryWords => ({
  text: withCause(`Not sent yet, tried again at ${formatClock(at)}`, failure),
  tone: 'warn',
});

/** Null where the commit was the delivery. */
export function deliveryWords({ delivery, neverSent, mail }: Told): DeliveryWords | null {
  if (!delivery) return null;
  if (isStillHere({ delivery, mail }))
    return {
      text: `Never sent: there was no key to send it with. It is in the outbox${mail?.canLeave ? '.' : ', and can be sent again once there is one.'}`,
      tone: 'bad',
    };
  const { state, failure, nextTryAt, isFetched, isPaused, asked = 0 } = delivery;
  if (isFetched) return { text: 'Waits for the platform to fetch it', tone: 'plain' };
  switch (state) {
    case 'held':
      return { text: 'Waits until it is sent', tone: 'plain' };
    case 'queued':
      if (isPaused) return { text: 'Waits: the address it leaves by is paused', tone: 'warn' };
      return nextTryAt === null ? { text: 'Queued', tone: 'plain' } : triedAgain(nextTryAt, failure);
    case 'claimed':
      return { text: 'On the way', tone: 'plain' };
    case 'sent':
      return { text: 'Sent', tone: 'plain' };
    case 'delivered':
      return neverSent
        ? { text: withCause('Delivered, and it came back', failure), tone: 'bad' }
        : { text: 'Delivered', tone: 'plain' };
    case 'read':
      return { text: 'Read', tone: 'plain' };
    case 'cancelled':
      return { text: 'Never sent: the conversation changed hands before it left.', tone: 'bad' };
    case 'unknown': {
      const tried = asked === 0 ? '' : `: asked the provider ${times(asked)}`;
      return { text: `Nobody knows whether it arrived${tried}.`, tone: 'warn' };
    }
    case 'failed':
      if (nextTryAt !== null) return triedAgain(nextTryAt, failure);
      return { text: withCause(lostWords(neverSent, mail), failure), tone: 'bad' };
  }
}

/** What the provider took came back. Of one that left no mail behind nobody knows which. */
function lostWords(neverSent: Told['neverSent'], mail: Told['mail']): string {
  if (!neverSent || mail === undefined) return 'Not delivered';
  return mail.isOnlyHere ? 'Never sent' : 'It came back';
}

export const isLost = ({ delivery, neverSent }: Told): boolean => isLostSend({ neverSent, ...delivery });

/** There was no key: it is in the local outbox. */
const isStillHere = ({ delivery, mail }: Told): boolean =>
  delivery?.state === 'sent' && mail?.isOnlyHere === true;

/** It waits for a key rather than for somebody who tries once more. */
export const canGoAgain = (told: Told): boolean =>
  isStillHere(told) ? told.mail?.canLeave === true : isLost(told);
