import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type PastConversation, useConversationsOf } from '../../convex/customers';
import type { TicketDetail } from '../../convex/tickets';
import { formatAge, formatFull } from '../../lib/time';
import { useLatest } from '../../lib/useLatest';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { channelWords } from './channelWords';
import { PastThread } from './pastThread';

const atFirst = 10;
const most = 50;
const look = '-mx-2 block w-full rounded-md px-2 py-1.5 text-left hover:bg-hover pointer-coarse:py-3';

/** [T5, T7] What else this person came with, on every channel; the ticket that this one follows is marked. */
export function PastConversations({ detail }: { detail: TicketDetail }) {
  const [count, setCount] = useState(atFirst);
  const past = useLatest(useConversationsOf(detail.customer._id, count));
  const [opened, setOpened] = useState<PastConversation | null>(null);
  const { email, isNamed, called } = detail.customer;
  const known = email ?? (isNamed ? called : null);
  if (!past) return null;
  const others = past.conversations.filter((each) => hasMore(each, detail));
  if (others.length === 0 && !past.hasMore && known === null) return null;
  return (
    <section
      aria-label="Other conversations of this customer"
      className="mt-4 border-t border-line pt-3 text-sm"
    >
      <h3 className="font-semibold">Other conversations</h3>
      {others.length === 0 && <p className="mt-1 text-xs text-ink-3">None but this one.</p>}
      <ul className="mt-1">
        {others.map((each) => (
          <li key={each.conversationId}>
            <Conversation past={each} detail={detail} onOpen={() => setOpened(each)} />
          </li>
        ))}
      </ul>
      {past.hasMore && count < most && (
        <Button tone="quiet" onClick={() => setCount(most)}>
          Show more
        </Button>
      )}
      {past.isCut && (
        <p className="mt-1 text-xs text-ink-3">
          This person came as more customers than are looked through: there may be others.
        </p>
      )}
      {known !== null && (
        <Link
          to="/search"
          search={{ q: `from:"${known.replaceAll('"', ' ')}"` }}
          className={`${look} text-accent-text`}
        >
          Search what they wrote
        </Link>
      )}
      {opened && (
        <PastThread past={opened} detail={detail} open onOpenChange={(open) => !open && setOpened(null)} />
      )}
    </section>
  );
}

/** Of the conversation that is open only its other tickets. */
const hasMore = ({ conversationId, tickets }: PastConversation, { ticket }: TicketDetail) =>
  conversationId !== ticket.conversationId || tickets.some(({ number }) => number !== ticket.number);

interface Props {
  past: PastConversation;
  detail: TicketDetail;
  onOpen: () => void;
}

function Conversation({ past, detail, onOpen }: Props) {
  const now = useNow(60_000);
  const tickets = past.tickets.filter(({ number }) => number !== detail.ticket.number);
  const about = (
    <span className="text-xs text-ink-3" title={`Began ${formatFull(past.startedAt)}`}>
      {channelWords[past.channel]} · {formatAge(past.startedAt, now)}
    </span>
  );
  if (tickets.length === 0) {
    return (
      <button type="button" onClick={onOpen} className={look}>
        <bdi className="block truncate">{past.subject || 'With the agent alone'}</bdi>
        {about}
      </button>
    );
  }
  return tickets.map(({ number, status }, at) => (
    <Link
      key={number}
      to="/inbox/$view/$number"
      params={{ view: 'all', number: String(number) }}
      className={look}
    >
      <span className="block truncate">
        <span className="text-ink-3 tabular-nums">#{number}</span> <bdi>{past.subject}</bdi>
      </span>
      <span className="text-xs text-ink-3">
        {status}
        {number === detail.previous && ' · before this one'} {at === 0 && <>· {about}</>}
      </span>
    </Link>
  ));
}
