import { type FailedEvent, useEventsTriedAgain, useFailedEvents, useRetryEvent } from '../../convex/channels';
import type { Id } from '../../../convex/_generated/dataModel';
import { useMembership } from '../../convex/session';
import { formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { PagedLog } from './pagedLog';
import { useSaving } from './settingRow';

/** [M1] What Resend told and the desk could make nothing of, newest first; nothing of it is lost, and it is tried again for days. */
export function FailedEvents({ channelId }: { channelId: Id<'channels'> }) {
  const { results, ...page } = useFailedEvents(channelId);
  const waiting = useEventsTriedAgain(channelId);
  return (
    <PagedLog
      label="Events that failed"
      page={page}
      isBusy={waiting === undefined}
      isEmpty={results.length === 0 && waiting?.length === 0}
      empty="Nothing has failed: all that was told is read."
    >
      {[...(waiting ?? []), ...results].map((event) => (
        <EventRow key={event._id} event={event} />
      ))}
    </PagedLog>
  );
}

function EventRow({ event }: { event: FailedEvent }) {
  const { _id: eventId, at, type, failure, attempts, nextTryAt } = event;
  const now = useNow();
  const { teamId } = useMembership();
  const retry = useRetryEvent();
  const { isBusy, save } = useSaving();
  const kind = kindOf(type);
  const words = nextTryAt === undefined ? 'Try again' : 'Try now';
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2 last:border-0">
      <div className="min-w-48 flex-1">
        <p className="flex flex-wrap items-center gap-x-3">
          <span className="font-medium">{kind}</span>
          <time dateTime={new Date(at).toISOString()} className="text-xs text-ink-3 tabular-nums">
            {formatFull(at)}
          </time>
        </p>
        <p className="text-ink-2 wrap-anywhere">
          {failure} {triedWords(attempts)}
          {nextTryAt !== undefined &&
            ` Tried again ${nextTryAt <= now ? 'now' : `at ${formatSoon(nextTryAt, now)}`}.`}
        </p>
      </div>
      <Button
        disabled={isBusy}
        aria-label={`${words}: ${kind} of ${formatFull(at)}`}
        onClick={() => void save(() => retry({ teamId, eventId }), 'It is tried again.')}
      >
        {words}
      </Button>
    </li>
  );
}

const triedWords = (times: number) =>
  times === 1 ? 'Tried once.' : times === 2 ? 'Tried twice.' : `Tried ${times} times.`;

const kinds: Record<string, string> = {
  'email.received': 'A mail that came in',
  'email.sent': 'That a mail was sent',
  'email.delivered': 'That a mail was delivered',
  'email.delivery_delayed': 'That a mail is late',
  'email.bounced': 'That a mail came back',
  'email.complained': 'That a mail was marked as spam',
  'email.failed': 'That a mail could not be sent',
  'email.suppressed': 'That an address is not written to',
};

const kindOf = (type: string) => kinds[type] ?? type;
