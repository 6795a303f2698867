import { memo } from 'react';
import { isClaimed } from '../../../convex/shared/conversation/claims';
import { useAgents } from '../../convex/agents';
import { type ConversationId, type LiveRow as Shown, useLiveRow } from '../../convex/liveConversations';
import { formatAge, formatDuration, formatFull } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { Claimed } from '../../ui/claimed';
import { Skeleton } from '../../ui/states';
import { Heat } from './heat';

export const rowHeight = 76;
const liveId = (conversationId: ConversationId) => `live-${conversationId}`;

interface Props {
  conversationId: ConversationId;
  isSelected: boolean;
  onOpen: (conversationId: ConversationId) => void;
  onTakeOver: (conversationId: ConversationId) => void;
}

/** One conversation that an agent answers: who and since when, their last words, why it is hot, and how to step in. */
export const LiveRow = memo(function LiveRow({ conversationId, isSelected, onOpen, onTakeOver }: Props) {
  const row = useLiveRow(conversationId);
  return (
    <li
      id={liveId(conversationId)}
      style={{ height: rowHeight }}
      aria-current={isSelected || undefined}
      className="relative flex items-center gap-2.5 border-b border-line px-3 hover:bg-hover aria-[current=true]:bg-selected"
    >
      {isSelected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      {row ? (
        <>
          <Avatar name={row.customerName} size={32} />
          <div className="min-w-0 flex-1">
            <Words row={row} onOpen={() => onOpen(conversationId)} />
            <Heat reasons={row.reasons} />
          </div>
          <Button
            aria-label={`Take over from the agent: ${row.customerName}`}
            onClick={() => onTakeOver(conversationId)}
          >
            Take over
          </Button>
        </>
      ) : (
        <Skeleton className="h-10 w-full" />
      )}
    </li>
  );
});

/** Pressed anywhere on it, the conversation opens. */
function Words({ row, onOpen }: { row: Shown; onOpen: () => void }) {
  const agent = useAgents()?.find(({ _id }) => _id === row.agentId);
  return (
    <button
      type="button"
      onClick={onOpen}
      className="block w-full min-w-0 rounded-md text-left pointer-coarse:min-h-11"
    >
      <span className="flex items-center gap-1.5">
        <bdi className="truncate text-sm font-medium">{row.customerName}</bdi>
        {!row.isNameOurs && isClaimed(row.channel) && <Claimed isShort />}
        <span className="flex-1" />
        <span className="shrink-0 text-xs text-ai">
          <span aria-hidden>✦ </span>
          <bdi>{agent?.name ?? 'The agent'}</bdi>
        </span>
        <Age row={row} />
      </span>
      <span className="mt-0.5 block truncate text-sm text-ink-2">
        {row.number !== null && <span className="text-ink-3 tabular-nums">#{row.number} · </span>}
        <bdi>{row.preview || row.subject}</bdi>
      </span>
    </button>
  );
}

/** Since when the customer waits for the agent, or how long ago anything was said. Ticks here. */
function Age({ row: { unansweredSince, lastMessageAt } }: { row: Shown }) {
  const now = useNow();
  const at = unansweredSince ?? lastMessageAt;
  const words = unansweredSince === null ? 'Last message' : 'Waits for the agent';
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`${words}: ${formatDuration(now - at)} ago, ${formatFull(at)}`}
      className={`shrink-0 text-xs tabular-nums ${unansweredSince === null ? 'text-ink-3' : 'font-medium text-ink-2'}`}
    >
      {formatAge(at, now)}
    </time>
  );
}
