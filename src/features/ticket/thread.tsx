import { Fragment, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type TypingMark, useSuppressedDrafts, useThread, useTyping } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { formatDay } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { Button } from '../../ui/button';
import { SendAgain } from './delivery';
import { EventRows } from './eventRows';
import { MessageItem, SuppressedItem } from './messageItem';
import { ReadLine } from './readLine';
import { useSendAgain } from './useSendAgain';
import { buildThread, type ThreadItem } from './threadItems';

/** So near, one is at the end; and so near to the beginning, older ones are fetched. */
const endPx = 24;
const aheadPx = 300;

/** What of a ticket a thread needs: a conversation without one has it, too. */
export interface ThreadOf {
  ticket: Pick<TicketDetail['ticket'], 'conversationId'>;
  lastSequence: number;
  control: Pick<TicketDetail['control'], 'epoch'>;
  agent: Pick<TicketDetail['agent'], 'name'>;
  customer: Pick<TicketDetail['customer'], 'called' | 'isNameOurs'> &
    Partial<Pick<TicketDetail['customer'], 'isNameProven'>>;
  /** Absent: whoever only watches is not told. */
  customerReadThrough?: number;
}

/** The whole conversation, newest at the bottom; older pages come as one scrolls up, and nothing jumps. */
export function Thread({ detail }: { detail: ThreadOf }) {
  const { conversationId } = detail.ticket;
  const { entries, loadOlder } = useThread(conversationId, detail.lastSequence);
  const drafts = useSuppressedDrafts(conversationId);
  const members = useMembers();
  const nameOf = useCallback(
    (memberId: string | undefined) =>
      members?.find((member) => member.memberId === memberId)?.name ?? 'a former member',
    [members],
  );
  const sendAgain = useSendAgain(detail);
  const items = useMemo(() => buildThread(entries ?? [], drafts ?? []), [entries, drafts]);
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const look = useRef(() => {});
  look.current = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!;
    setIsAtEnd(scrollTop > -endPx);
    if (scrollHeight - clientHeight + scrollTop < aheadPx) loadOlder?.();
  };
  // After each layout that changed a size, and without forcing one.
  useEffect(() => {
    const observer = new ResizeObserver(() => look.current());
    observer.observe(scroller.current!);
    observer.observe(scroller.current!.firstElementChild!);
    return () => observer.disconnect();
  }, []);

  const render = (item: ThreadItem): ReactNode => {
    if (item.type === 'day') return <DayDivider at={item.at} />;
    if (item.type === 'events')
      return <EventRows entries={item.entries} isUnfolded={item.isUnfolded} nameOf={nameOf} />;
    if (item.type === 'suppressed')
      return <SuppressedItem draft={item.draft} agentName={detail.agent.name} />;
    const { entry, startsGroup, showsSubject, line } = item;
    return (
      <MessageItem
        entry={entry}
        startsGroup={startsGroup}
        showsSubject={showsSubject}
        line={line}
        isNameProven={detail.customer.isNameOurs || (detail.customer.isNameProven ?? false)}
      />
    );
  };

  return (
    <div className="relative min-h-0 flex-1 short:h-48 short:flex-none">
      {/* Upside down, its beginning is its end: it opens at the newest, and stays there whatever comes or changes height. */}
      <div
        ref={scroller}
        onScroll={() => look.current()}
        data-thread
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        className="flex h-full flex-col-reverse overflow-y-auto outline-offset-[-2px]"
      >
        <div className="mx-auto mb-auto w-full max-w-170 px-4 pb-3">
          <SendAgain value={sendAgain}>
            {items.map((item) => (
              <Fragment key={item.key}>{render(item)}</Fragment>
            ))}
          </SendAgain>
          {detail.customerReadThrough !== undefined && (
            <ReadLine entries={entries ?? []} readThrough={detail.customerReadThrough} />
          )}
        </div>
      </div>
      {!isAtEnd && (
        <div className="absolute inset-x-0 bottom-2 flex justify-center">
          <Button onClick={() => scroller.current?.scrollTo({ top: 0 })}>Newest ↓</Button>
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

/** Who is writing right now. */
function TypingRow({ detail }: { detail: ThreadOf }) {
  const marks = useTyping(detail.ticket.conversationId) ?? [];
  const { memberId } = useMembership();
  const others = marks.filter((mark) => mark.memberId !== memberId);
  return others.length > 0 && <Writing detail={detail} marks={others} />;
}

/** Marks end by themselves. */
function Writing({ detail, marks }: { detail: ThreadOf; marks: TypingMark[] }) {
  const now = useNow(1_000);
  const writing = marks.filter((mark) => mark.until > now);
  const names = writing.map((mark) =>
    mark.who === 'customer' ? detail.customer.called : mark.who === 'agent' ? detail.agent.name : mark.name,
  );
  if (names.length === 0) return null;
  return (
    <p className="absolute bottom-0 left-4 rounded-t-md bg-surface px-2 text-xs text-ink-3">
      <bdi>{names.join(', ')}</bdi> {names.length === 1 ? 'is' : 'are'} writing…
    </p>
  );
}
