import { CircleUserRound, Globe, Mail, MessageCircle, Plug, Send } from 'lucide-react';
import { memo, type RefObject } from 'react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import { isActive } from '../../../convex/shared/tickets/tickets';
import { useIsNewForMe } from '../../convex/newForMe';
import { type TicketRow, useTicketRow } from '../../convex/ticketLists';
import { formatAge, formatFull, formatSoon } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { Claimed } from '../../ui/claimed';
import { Skeleton } from '../../ui/states';

const channelIcons = { web: Globe, email: Mail, whatsapp: MessageCircle, telegram: Send, api: Plug };
const channelWords = {
  web: 'Web chat',
  email: 'Email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API',
};

interface Props {
  number: number;
  /** How long it has to stay on screen before it is asked for. */
  pauseMs: RefObject<number>;
  isSelected: boolean;
  onOpen: (number: number) => void;
}

export const rowId = (number: number) => `ticket-${number}`;

/** Can be walked and opened whether or not what it shows has come. */
export const TicketRowItem = memo(function TicketRowItem({ number, isSelected, pauseMs, onOpen }: Props) {
  const row = useTicketRow(number, pauseMs.current);
  return (
    <button
      type="button"
      id={rowId(number)}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      data-number={number}
      onClick={() => onOpen(number)}
      className="relative flex h-17 w-full items-center gap-2.5 border-b border-line px-3 text-left hover:bg-hover aria-selected:bg-selected"
    >
      {isSelected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      {row ? <RowContent row={row} /> : <RowSkeleton />}
    </button>
  );
});

/** Three lines: who and how urgent, what it is about, what was said last. */
function RowContent({ row }: { row: TicketRow }) {
  const now = useNow();
  const isNew = useIsNewForMe(row.number);
  const Channel = channelIcons[row.channel];
  return (
    <>
      <Avatar name={row.customerName || 'Customer'} size={32} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <bdi className={`truncate text-sm ${row.status === 'new' ? 'font-semibold' : 'font-medium'}`}>
            {row.customerName || 'Customer'}
          </bdi>
          {row.customerName && isClaimed(row.channel) && <Claimed />}
          <span className="flex-1" />
          {isNew && <Badge tone="accent">New for you</Badge>}
          {row.priority === 'urgent' && <Badge tone="bad">Urgent</Badge>}
          {row.priority === 'high' && <Badge tone="warn">High</Badge>}
          {row.holder === 'agent' && isActive(row.status) && (
            <span className="text-xs text-ai" title="The agent is answering">
              ✦<span className="sr-only">The agent is answering</span>
            </span>
          )}
          {row.holder === 'operator' && (
            <span className="flex max-w-24 items-center gap-1 truncate text-xs text-accent-text">
              <CircleUserRound size={13} aria-hidden />
              {row.operatorName ?? 'Team holds'}
            </span>
          )}
          <Channel
            size={13}
            strokeWidth={1.75}
            className="text-ink-3"
            aria-label={channelWords[row.channel]}
          />
          {row.snoozedUntil === null ? (
            <time
              dateTime={new Date(row.at).toISOString()}
              title={formatFull(row.at)}
              className="text-xs text-ink-3 tabular-nums"
            >
              {formatAge(row.at, now)}
            </time>
          ) : (
            <Badge>Snoozed until {formatSoon(row.snoozedUntil, now)}</Badge>
          )}
        </span>
        <span className="mt-0.5 block truncate text-sm text-ink-2">
          <span className="text-ink-3 tabular-nums">#{row.number}</span> · <bdi>{row.subject}</bdi>
        </span>
        <span className="block truncate text-xs text-ink-3">
          {row.previewAuthor === 'agent' && <span className="text-ai">✦ </span>}
          <bdi>{row.preview}</bdi>
        </span>
      </span>
    </>
  );
}

/** Of the height of a row. */
export function RowSkeleton() {
  return (
    <>
      <Skeleton className="size-8 rounded-full" />
      <span className="flex-1 space-y-2">
        <Skeleton className="h-3 w-2/5" />
        <Skeleton className="h-3 w-4/5" />
      </span>
    </>
  );
}
