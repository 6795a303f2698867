import { useState } from 'react';
import { useMembership } from '../../convex/session';
import {
  type Endpoint,
  useReplayEvent,
  useWebhookEvent,
  useWebhookEvents,
  type WebhookEvent,
} from '../../convex/webhooks';
import { formatFull } from '../../lib/time';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { PagedLog } from './pagedLog';
import { useSaving } from './settingRow';
import { stateWords } from './webhookWords';

/** What an endpoint was told in the last 14 days, newest first, and what came of each call. */
export function WebhookLog({ endpoint, mayManage }: { endpoint: Endpoint; mayManage: boolean }) {
  const { results, ...page } = useWebhookEvents(endpoint._id);
  return (
    <PagedLog
      label="Log"
      page={page}
      isEmpty={results.length === 0}
      empty="Nothing was told yet. A test event shows whether it arrives."
      className="mt-3"
    >
      {results.map((event) => (
        <EventRow key={event._id} event={event} mayManage={mayManage} />
      ))}
    </PagedLog>
  );
}

function EventRow({ event, mayManage }: { event: WebhookEvent; mayManage: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  const { type, at, state, attempts, dueAt } = event;
  const { tone, word } = stateWords[state];
  const isLater = state === 'waiting' && attempts > 0;
  return (
    <li className="border-b border-line py-2 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <code className="min-w-40 flex-1 wrap-anywhere">{type}</code>
        <time dateTime={new Date(at).toISOString()} className="text-xs text-ink-3 tabular-nums">
          {formatFull(at)}
        </time>
        <Badge tone={tone}>{isLater ? `Again ${formatFull(dueAt)}` : word}</Badge>
        <Button
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Hide' : 'Show'} ${type} of ${formatFull(at)}`}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? 'Less' : 'Show'}
        </Button>
      </div>
      {isOpen && <EventDetails event={event} mayManage={mayManage} />}
    </li>
  );
}

function EventDetails({ event, mayManage }: { event: WebhookEvent; mayManage: boolean }) {
  const { teamId } = useMembership();
  const details = useWebhookEvent(event._id);
  const replay = useReplayEvent();
  const { isBusy, save } = useSaving();
  if (details === undefined) return null;
  return (
    <div className="mt-2 flex flex-col gap-2">
      <ol aria-label="Calls" className="flex flex-col gap-2">
        {details.attempts.map(({ _id, at, ms, status, answer, failure }) => (
          <li key={_id}>
            <p>
              <time dateTime={new Date(at).toISOString()}>{formatFull(at)}</time>:{' '}
              {status === null ? failure : `answered ${status}`} after {ms} ms
            </p>
            {answer !== '' && <Text label="Answer" text={answer} />}
          </li>
        ))}
      </ol>
      <Text label="What was sent" text={details.body} />
      {mayManage && event.state !== 'sending' && (
        <Button
          className="self-start"
          disabled={isBusy}
          onClick={() => void save(() => replay({ teamId, eventId: event._id }), 'Sent again.')}
        >
          Send again
        </Button>
      )}
    </div>
  );
}

/** A stranger's words, or ours to them: as they are. */
function Text({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p aria-hidden className="text-xs text-ink-3">
        {label}
      </p>
      <pre
        aria-label={label}
        // It scrolls, so the keyboard has to get there.
        tabIndex={0}
        dir="auto"
        className="max-h-40 overflow-auto rounded-md border border-line bg-surface p-2 text-xs wrap-anywhere whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  );
}
