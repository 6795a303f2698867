import { Check } from 'lucide-react';
import { memo, type RefObject, useEffect } from 'react';
import { useMembership } from '../../convex/session';
import { useTicketRow } from '../../convex/ticketLists';
import type { Density } from '../../lib/density';
import { Skeleton } from '../../ui/states';
import { CompactRow, FullRow } from './rowContent';
import { markSeen } from './seen';
import { extendTo, toggle, useIsSelected } from './selection';

interface Props {
  number: number;
  /** How long it has to stay on screen before it is asked for. */
  pauseMs: RefObject<number>;
  isSelected: boolean;
  density: Density;
  /** The list holds the work of several people. */
  showsAssignee: boolean;
  onOpen: (number: number) => void;
}

export const rowId = (number: number) => `ticket-${number}`;
export const rowHeights: Record<Density, number> = { comfortable: 68, compact: 44 };

/** So long a ticket is open before it counts as read: not while the keys run past it. */
const readMs = 600;

/** Can be walked and opened whether or not what it shows has come. */
export const TicketRowItem = memo(function TicketRowItem(props: Props) {
  const { number, isSelected, pauseMs, density, showsAssignee, onOpen } = props;
  const row = useTicketRow(number, pauseMs.current);
  const { memberId } = useMembership();
  const newsAt = row ? Math.max(row.customerAt ?? 0, row.outsideAt ?? 0) : 0;
  useEffect(() => {
    if (!isSelected || newsAt === 0) return;
    const timer = setTimeout(() => markSeen(memberId, number, newsAt), readMs);
    return () => clearTimeout(timer);
  }, [isSelected, memberId, number, newsAt]);
  const Content = density === 'compact' ? CompactRow : FullRow;
  const isMarked = useIsSelected(number);
  return (
    <button
      type="button"
      id={rowId(number)}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-checked={isMarked}
      data-number={number}
      onClick={(event) => {
        const isMark = (event.target as Element).closest('[data-mark]') !== null;
        if (event.shiftKey) extendTo(number);
        else if (isMark || event.metaKey || event.ctrlKey) toggle(number);
        else onOpen(number);
      }}
      style={{ height: rowHeights[density] }}
      className="group relative flex w-full items-center gap-2.5 border-b border-line px-3 text-left select-none hover:bg-hover aria-checked:bg-accent-soft aria-selected:bg-selected"
    >
      <Mark isMarked={isMarked} density={density} />
      {isSelected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      {row ? <Content row={row} showsAssignee={showsAssignee} /> : <RowSkeleton density={density} />}
    </button>
  );
});

/** Over the avatar, or at the edge of a compact row: selects the ticket instead of opening it. */
function Mark({ isMarked, density }: { isMarked: boolean; density: Density }) {
  const place = density === 'compact' ? 'left-0 w-3 bg-transparent' : 'left-3 w-8';
  return (
    <span
      data-mark
      title="Select (X)"
      className={`absolute inset-y-0 z-1 flex items-center justify-center ${place} ${isMarked ? '' : 'opacity-0 group-hover:opacity-100 pointer-coarse:group-hover:opacity-0'}`}
    >
      <span
        className={`flex items-center justify-center rounded-full border border-line-strong forced-color-adjust-none ${density === 'compact' ? 'size-2.5' : 'size-8'} ${isMarked ? 'border-transparent bg-accent text-accent-ink forced-colors:bg-[Highlight]' : 'bg-surface text-ink-3'}`}
      >
        {density === 'comfortable' && <Check size={16} aria-hidden />}
      </span>
    </span>
  );
}

/** Of the height of a row. */
export function RowSkeleton({ density }: { density: Density }) {
  if (density === 'compact') return <Skeleton className="h-3 w-4/5" />;
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
