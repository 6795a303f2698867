import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { type BoardList, useBoardNumbers } from '../../convex/board';
import { useMembers } from '../../convex/members';
import { EmptyState, ErrorPane, Skeleton } from '../../ui/states';
import { SteadyList, useSteadyList } from '../../ui/steadyList';
import type { BoardActs } from './acts';
import { PanelRow, rowHeight } from './panelRow';
import { useRowActions } from './rowActions';
import { emptyWords, titleOf } from './words';

interface Props {
  list: BoardList;
  acts: BoardActs;
}

/** The tickets behind the number that is open, each with what can be done about it. */
export function TicketPanel({ list, acts }: Props) {
  const members = useMembers();
  const person = 'of' in list && list.of !== 'team' ? list.of : undefined;
  const name = members?.find(({ memberId }) => memberId === person)?.name;
  const isGone = members !== undefined && person !== undefined && name === undefined;
  return (
    <section
      aria-label={titleOf(list, name ?? '')}
      data-region="tickets"
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <header className="flex min-h-11 items-center gap-2 border-b border-line px-4">
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{titleOf(list, name ?? '')}</h2>
        <Link
          to="/board"
          search={{}}
          aria-label="Close this list"
          className="flex size-7 items-center justify-center rounded-md text-ink-2 hover:bg-hover lg:hidden pointer-coarse:size-11"
        >
          <X size={16} />
        </Link>
      </header>
      {list.list === 'assigned' && !isGone && (
        <p className="border-b border-line px-4 py-1.5 text-xs text-ink-3">
          In the load a ticket is 1 while it waits for them, ½ while it waits for the customer or a third
          party, 0 while it sleeps.
        </p>
      )}
      <ErrorPane what="This list" resetKey={JSON.stringify(list)}>
        {isGone ? (
          <EmptyState title="They are not in the team any more." />
        ) : (
          <Rows key={JSON.stringify(list)} list={list} acts={acts} />
        )}
      </ErrorPane>
    </section>
  );
}

/** So many rows from the end, more are fetched. */
const ahead = 50;
const none: readonly number[] = [];

function Rows({ list, acts }: Props) {
  const { numbers, loadMore } = useBoardNumbers(list);
  const rows = useSteadyList(numbers ?? none, rowHeight);
  const count = rows.rows.length;
  const { end, reveal } = rows.shown;
  const { current, choose } = useRowActions(rows.rows, acts, reveal);
  useEffect(() => {
    if (end >= count - ahead) loadMore?.();
  }, [loadMore, end, count]);

  if (numbers === undefined) {
    return (
      <div aria-busy="true" className="space-y-3 p-4">
        <Skeleton className="h-12" />
        <Skeleton className="h-12" />
      </div>
    );
  }
  if (rows.isEmpty) return <EmptyState title={emptyWords[list.list]} />;
  return (
    <SteadyList label="Tickets" list={rows}>
      {(number) => (
        <PanelRow key={number} number={number} isCurrent={number === current} onChoose={choose} acts={acts} />
      )}
    </SteadyList>
  );
}
