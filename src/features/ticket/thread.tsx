import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type TicketDetail, useEntries, useSuppressedDrafts, useTyping } from '../../convex/tickets';
import { formatDay } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { EventRows } from './eventRows';
import { MessageItem, SuppressedItem } from './messageItem';
import { buildThread, type ThreadItem } from './threadItems';

/** The whole conversation, newest at the bottom; older pages come as one scrolls up, and nothing jumps. */
export function Thread({ detail }: { detail: TicketDetail }) {
  const { conversationId } = detail.ticket;
  const page = useEntries(conversationId);
  const drafts = useSuppressedDrafts(conversationId);
  const members = useMembers();
  const nameOf = useCallback(
    (memberId: string | undefined) =>
      members?.find((member) => member.memberId === memberId)?.name ?? 'a former member',
    [members],
  );
  const items = useMemo(() => buildThread(page.results.toReversed(), drafts ?? []), [page.results, drafts]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 72,
    getItemKey: (index) => items[index]!.key,
    anchorTo: 'end',
    followOnAppend: true,
    overscan: 6,
    paddingEnd: 12,
  });

  // What comes later is followed by itself; a thread that is known already is there at once, and opens at its newest, too.
  const showNewest = useRef(() => {});
  showNewest.current = () => {
    if (items.length > 0) virtual.scrollToIndex(items.length - 1, { align: 'end' });
  };
  useLayoutEffect(() => showNewest.current(), [conversationId]);

  const first = virtual.getVirtualItems()[0]?.index ?? 0;
  useEffect(() => {
    if (page.status === 'CanLoadMore' && items.length > 0 && first < 5) page.loadMore(50);
  }, [page, first, items.length]);

  const render = (item: ThreadItem): ReactNode => {
    if (item.type === 'day') return <DayDivider at={item.at} />;
    if (item.type === 'events') return <EventRows entries={item.entries} nameOf={nameOf} />;
    if (item.type === 'suppressed')
      return <SuppressedItem draft={item.draft} agentName={detail.agent.name} />;
    return <MessageItem entry={item.entry} startsGroup={item.startsGroup} />;
  };

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        data-thread
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        className="h-full overflow-y-auto outline-offset-[-2px]"
      >
        <div className="relative mx-auto w-full max-w-170" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0 px-4"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {render(items[item.index]!)}
            </div>
          ))}
        </div>
      </div>
      {!virtual.isAtEnd() && items.length > 0 && (
        <div className="absolute inset-x-0 bottom-2 flex justify-center">
          <Button onClick={() => virtual.scrollToIndex(items.length - 1, { align: 'end' })}>Newest ↓</Button>
        </div>
      )}
      <TypingRow detail={detail} />
    </div>
  );
}

function DayDivider({ at }: { at: number }) {
  return (
    <div className="flex items-center gap-3 py-3 text-xs text-ink-3">
      <span className="h-px flex-1 bg-line" />
      <time dateTime={new Date(at).toISOString()}>{formatDay(at)}</time>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

/** Who is writing right now; marks end by themselves. */
function TypingRow({ detail }: { detail: TicketDetail }) {
  const now = useNow(1_000);
  const marks = useTyping(detail.ticket.conversationId) ?? [];
  const { memberId } = useMembership();
  const writing = marks.filter((mark) => mark.until > now && mark.memberId !== memberId);
  const names = writing.map((mark) =>
    mark.who === 'customer'
      ? (detail.customer.name ?? 'The customer')
      : mark.who === 'agent'
        ? detail.agent.name
        : mark.name,
  );
  if (names.length === 0) return null;
  return (
    <p className="absolute bottom-0 left-4 rounded-t-md bg-surface px-2 text-xs text-ink-3">
      <bdi>{names.join(', ')}</bdi> {names.length === 1 ? 'is' : 'are'} writing…
    </p>
  );
}
