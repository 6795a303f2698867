import { CircleUserRound, Globe, Mail, MessageCircle, Plug, Send } from 'lucide-react';
import { memo } from 'react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import type { TicketRow } from '../../convex/tickets';
import { formatAge, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { Badge } from '../../ui/badge';
import { Claimed } from '../../ui/claimed';

const channelIcons = { web: Globe, email: Mail, whatsapp: MessageCircle, telegram: Send, api: Plug };
const channelWords = {
  web: 'Web chat',
  email: 'Email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API',
};

interface Props {
  row: TicketRow;
  isSelected: boolean;
  onOpen: (number: number) => void;
}

/** Three lines: who and how urgent, what it is about, what was said last. */
export const TicketRowItem = memo(function TicketRowItem({ row, isSelected, onOpen }: Props) {
  const now = useNow();
  const Channel = channelIcons[row.channel];
  const at = row.waitingSince ?? row.lastMessageAt;
  return (
    <button
      type="button"
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      data-number={row.number}
      onClick={() => onOpen(row.number)}
      className="relative flex h-17 w-full items-center gap-2.5 border-b border-line px-3 text-left hover:bg-hover aria-selected:bg-selected"
    >
      {isSelected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <Avatar name={row.customerName || 'Customer'} size={32} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <bdi className={`truncate text-sm ${row.status === 'new' ? 'font-semibold' : 'font-medium'}`}>
            {row.customerName || 'Customer'}
          </bdi>
          {row.customerName && isClaimed(row.channel) && <Claimed />}
          <span className="flex-1" />
          {row.priority === 'urgent' && <Badge tone="bad">Urgent</Badge>}
          {row.priority === 'high' && <Badge tone="warn">High</Badge>}
          {row.holder === 'agent' && row.bucket === 'active' && (
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
          <time
            dateTime={new Date(at).toISOString()}
            title={formatFull(at)}
            className="text-xs text-ink-3 tabular-nums"
          >
            {formatAge(at, now)}
          </time>
        </span>
        <span className="mt-0.5 block truncate text-sm text-ink-2">
          <span className="text-ink-3 tabular-nums">#{row.number}</span> · <bdi>{row.subject}</bdi>
        </span>
        <span className="block truncate text-xs text-ink-3">
          {row.previewAuthor === 'agent' && <span className="text-ai">✦ </span>}
          <bdi>{row.preview}</bdi>
        </span>
      </span>
    </button>
  );
});
