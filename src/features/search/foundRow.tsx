/** One conversation that was found: who, what about, and where the words stand in it. */
import { memo } from 'react';
import type { FoundThread } from '../../convex/search';
import { useTicketRow } from '../../convex/ticketLists';
import { formatAge, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Badge } from '../../ui/badge';
import { Marked } from './marked';

interface Props {
  thread: FoundThread;
  words: readonly string[];
  isSelected: boolean;
  onOpen: (thread: FoundThread) => void;
}

export const foundId = ({ conversationId }: FoundThread) => `found-${conversationId}`;

export const FoundRow = memo(function FoundRow({ thread, words, isSelected, onOpen }: Props) {
  const { ticket, subject, customerName, at, hits, hasMore } = thread;
  const now = useNow(60_000);
  return (
    <div
      id={foundId(thread)}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      onClick={() => onOpen(thread)}
      className="relative cursor-default border-b border-line px-3 py-2.5 text-sm hover:bg-hover aria-selected:bg-selected"
    >
      {isSelected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <span className="flex items-center gap-1.5">
        <span className="min-w-0 truncate font-medium text-ink">
          <Marked text={customerName} words={words} />
        </span>
        <span className="flex-1" />
        {ticket ? <Status ticket={ticket} /> : <Badge tone="ai">No ticket</Badge>}
        <time
          dateTime={new Date(at).toISOString()}
          title={formatFull(at)}
          className="text-xs text-ink-3 tabular-nums"
        >
          {formatAge(at, now)}
        </time>
      </span>
      <span className="mt-0.5 block truncate text-ink-2">
        {ticket && <span className="text-ink-3 tabular-nums">#{ticket.number} · </span>}
        <Marked text={subject || 'No subject'} words={words} />
      </span>
      {/* Who wrote the subject has said it already. */}
      {hits
        .filter(({ excerpt }) => excerpt !== subject)
        .map((hit) => (
          <Hit key={hit.sequence} hit={hit} words={words} />
        ))}
      {hasMore && <span className="mt-1 block text-xs text-ink-3">More of it in the conversation</span>}
    </div>
  );
});

const statusWords = { new: 'New', open: 'Open', resolved: 'Resolved', closed: 'Closed' };

/** As it is now, whatever it was when it was found. */
function Status({ ticket }: { ticket: NonNullable<FoundThread['ticket']> }) {
  const { status, priority } = useTicketRow(ticket.number, 0) ?? ticket;
  return (
    <>
      {priority === 'urgent' && <Badge tone="bad">Urgent</Badge>}
      {priority === 'high' && <Badge tone="warn">High</Badge>}
      <Badge tone={status === 'new' ? 'accent' : 'plain'}>{statusWords[status]}</Badge>
    </>
  );
}

function Hit({ hit, words }: { hit: FoundThread['hits'][number]; words: readonly string[] }) {
  const { kind, author, authorName, excerpt, isNeverSent } = hit;
  return (
    <span
      className={`mt-1 block rounded-sm text-xs wrap-anywhere text-ink-2 ${kind === 'note' ? 'bg-note px-1.5 py-0.5 text-note-ink' : ''}`}
    >
      <span className={author === 'agent' ? 'text-ai' : 'text-ink-3'}>
        {author === 'agent' && '✦ '}
        {kind === 'note' && 'Note · '}
        {isNeverSent && 'Never sent · '}
        <bdi>{authorName || (author === 'system' ? 'Baton' : 'Customer')}</bdi>:{' '}
      </span>
      <span className={isNeverSent ? 'line-through' : ''}>
        <Marked text={excerpt} words={words} />
      </span>
    </span>
  );
}
