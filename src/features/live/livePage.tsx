import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useActions } from '../../actions/registry';
import { type ConversationId, useLiveList } from '../../convex/liveConversations';
import { setTabTitle } from '../../lib/tabTitle';
import { Splitter } from '../../ui/splitter';
import { EmptyState, ErrorPane, Skeleton } from '../../ui/states';
import { SteadyList, useSteadyList } from '../../ui/steadyList';
import { LiveRow, rowHeight } from './liveRow';
import { useTakeOverLive } from './takeOver';

interface Props {
  /** The one that is read beside the list. */
  open: ConversationId | null;
  onOpen: (conversationId: ConversationId | null) => void;
  views: ReactNode;
  /** The same, where there is no room for them. */
  viewSelect: ReactNode;
  children: ReactNode;
}

/** [B5] What agents are answering right now, hottest first; on a phone the list or the one that is read. */
export function LivePage({ open, onOpen, views, viewSelect, children }: Props) {
  const [width, setWidth] = useState(440);
  const live = useLiveList();
  const count = live && `${live.conversations.length.toLocaleString()}${live.more ? '+' : ''}`;
  useEffect(() => setTabTitle('Live conversations · Baton'), []);
  return (
    <>
      {views}
      <section
        aria-label="Live conversations"
        data-region="list"
        style={{ width }}
        className={`flex min-h-0 shrink-0 flex-col bg-surface max-md:w-full! ${open === null ? '' : 'max-md:hidden'}`}
      >
        <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3">
          {viewSelect}
          <h1 className="truncate text-base font-semibold max-lg:sr-only">Live</h1>
          <span className="flex-1" />
          <span className="truncate text-xs text-ink-3 tabular-nums">
            {count !== undefined && `${count} with an agent, hottest first`}
          </span>
        </header>
        <ErrorPane what="This list">
          <List live={live?.conversations} open={open} onOpen={onOpen} />
        </ErrorPane>
      </section>
      <Splitter label="List width" value={width} min={320} max={520} onChange={setWidth} />
      <main className={`min-h-0 min-w-0 flex-1 bg-surface ${open === null ? 'max-md:hidden' : ''}`}>
        {open === null ? (
          <EmptyState title="Choose a conversation.">
            J and K walk the list. T takes over: the agent pauses, and a ticket is yours.
          </EmptyState>
        ) : (
          children
        )}
      </main>
    </>
  );
}

const none: readonly ConversationId[] = [];

interface ListProps {
  live: readonly ConversationId[] | undefined;
  open: ConversationId | null;
  onOpen: (conversationId: ConversationId | null) => void;
}

function List({ live, open, onOpen }: ListProps) {
  const takeOver = useTakeOverLive();
  const list = useSteadyList(live ?? none, rowHeight);
  useKeys(list.rows, { open, onOpen, takeOver, reveal: list.shown.reveal });
  if (live === undefined) return <Skeleton className="m-3 h-16" />;
  if (list.isEmpty) return <EmptyState title="No agent is answering anybody right now." />;
  return (
    <SteadyList label="Live conversations" list={list}>
      {(conversationId) => (
        <LiveRow
          key={conversationId}
          conversationId={conversationId}
          isSelected={conversationId === open}
          onOpen={onOpen}
          onTakeOver={takeOver}
        />
      )}
    </SteadyList>
  );
}

interface Walked extends Omit<ListProps, 'live'> {
  takeOver: (conversationId: ConversationId) => void;
  reveal: (index: number) => void;
}

/** Walked as the inbox is: what was pressed a moment ago counts, drawn or not. */
function useKeys(rows: readonly ConversationId[], { open, onOpen, takeOver, reveal }: Walked) {
  const at = useRef(open);
  useEffect(() => {
    at.current = open;
  }, [open]);
  const next = (by: 1 | -1) => {
    const from = at.current === null ? -1 : rows.indexOf(at.current);
    return from < 0 ? rows[0] : rows[from + by];
  };
  const walk = (by: 1 | -1) => {
    const to = next(by);
    if (to === undefined) return;
    at.current = to;
    reveal(rows.indexOf(to));
    onOpen(to);
  };
  useActions({
    'list.next': { run: () => walk(1), enabled: () => next(1) !== undefined },
    'list.previous': { run: () => walk(-1), enabled: () => next(-1) !== undefined },
    'ticket.takeOver': { run: () => takeOver(at.current!), enabled: () => at.current !== null },
    'desk.back': { run: () => onOpen(null), enabled: () => at.current !== null },
  });
}
