import type { Entry } from '../../convex/threads';
import { deliveryWords } from './deliveryWords';

const looks = { plain: 'text-ink-3', warn: 'text-warn', bad: 'text-bad' };

/** [M2] [M3] To whom it was passed on, and what became of the mail to each. */
export function ForwardLines({ entry }: { entry: Entry }) {
  const { event, forwards = [] } = entry;
  if (event?.type !== 'forwarded') return null;
  return (
    <div className="mb-0.5 max-w-full text-right text-xs text-ink-3 wrap-anywhere">
      <p className="font-medium text-ink-2">
        {event.sequence === undefined ? 'Forwarded the conversation to ' : 'Forwarded a mail to '}
        <bdi>{event.to.join(', ')}</bdi>
      </p>
      {forwards.map(({ to, state, failure, isOnlyHere }) => {
        const delivery = { state, failure, nextTryAt: null, isFetched: false };
        // A late one leaves the status, which never goes backwards.
        const returned = state === 'delivered' && failure !== null ? { neverSent: true as const } : {};
        const words = deliveryWords({ delivery, ...returned, mail: { isOnlyHere, canLeave: isOnlyHere } })!;
        return (
          <p key={to} className={looks[words.tone]}>
            {event.to.length > 1 && (
              <>
                <bdi>{to}</bdi>:{' '}
              </>
            )}
            {words.text}
          </p>
        );
      })}
    </div>
  );
}
