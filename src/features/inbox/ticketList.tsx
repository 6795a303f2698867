import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { settleEarlyKeys } from '../../actions/hotkeys';
import { useActions } from '../../actions/registry';
import { useTicketRows, type View } from '../../convex/tickets';
import { Button } from '../../ui/button';
import { EmptyState, Skeleton } from '../../ui/states';
import { getCursor, setCursor, stepFrom } from './cursor';
import { useSteadyRows } from './steadyRows';
import { TicketRowItem } from './ticketRowItem';
import { viewWords } from './words';

const rowHeight = 68;
const keyRestMs = 3_000;

interface Props {
  view: View;
  openNumber: number | null;
  onOpen: (number: number) => void;
}

/** The team's tickets in one view: live, virtual, walked with J and K. */
export function TicketList({ view, openNumber, onOpen }: Props) {
  const page = useTicketRows(view);
  const { isBusy, hold } = useBusyHand();
  const { rows, waiting, showAll } = useSteadyRows(page.results, isBusy, view);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => rows[index]!.ticketId,
  });

  useEffect(() => setCursor(openNumber), [openNumber]);
  useListActions(
    rows.map((row) => row.number),
    {
      onOpen,
      onStep: () => hold(),
      reveal: (index) => virtual.scrollToIndex(index),
    },
  );
  const hasSettled = page.status !== 'LoadingFirstPage';
  const hasRows = rows.length > 0;
  useEffect(() => {
    if (hasSettled) settleEarlyKeys(hasRows);
  }, [hasSettled, hasRows]);

  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (page.status === 'CanLoadMore' && lastShown >= rows.length - 10) page.loadMore(50);
  }, [page, lastShown, rows.length]);

  if (page.status === 'LoadingFirstPage') return <ListSkeleton />;
  if (rows.length === 0 && waiting === 0) return <EmptyState title={viewWords[view].empty} />;
  return (
    <div className="relative min-h-0 flex-1">
      {waiting > 0 && (
        <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
          <Button tone="primary" onClick={showAll}>
            {waiting} new ↑
          </Button>
        </div>
      )}
      <div
        ref={scroller}
        onPointerEnter={(event) => event.pointerType === 'mouse' && hold(Infinity)}
        onPointerLeave={() => hold(0)}
        className="h-full overflow-y-auto"
      >
        <div
          role="listbox"
          aria-label={`${viewWords[view].label} tickets`}
          tabIndex={0}
          className="relative outline-offset-[-2px]"
          style={{ height: virtual.getTotalSize() }}
        >
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <TicketRowItem
                row={rows[item.index]!}
                isSelected={rows[item.index]!.number === openNumber}
                onOpen={onOpen}
              />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface Walk {
  onOpen: (number: number) => void;
  onStep: () => void;
  reveal: (index: number) => void;
}

/** Walks the rows with the keys. The cursor moves in the key press itself, however late the list is drawn. */
function useListActions(numbers: number[], { onOpen, onStep, reveal }: Walk) {
  const step = (by: 1 | -1) => {
    onStep();
    const next = stepFrom(numbers, by);
    if (next === null) return;
    setCursor(next);
    reveal(numbers.indexOf(next));
    onOpen(next);
  };
  const open = () => {
    const number = getCursor() ?? numbers[0];
    if (number !== undefined) onOpen(number);
  };
  const enabled = () => numbers.length > 0;
  useActions({
    'list.next': { run: () => step(1), enabled },
    'list.previous': { run: () => step(-1), enabled },
    'list.open': { run: open, enabled },
  });
}

/** Busy while the pointer rests on the list or J/K was pressed within three seconds. */
function useBusyHand() {
  const [isBusy, setIsBusy] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isOver = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const hold = (ms: number = keyRestMs) => {
    clearTimeout(timer.current);
    if (ms === Infinity) isOver.current = true;
    if (ms === 0) isOver.current = false;
    setIsBusy(ms > 0);
    if (ms > 0 && ms !== Infinity) timer.current = setTimeout(() => setIsBusy(isOver.current), ms);
  };
  return { isBusy, hold };
}

function ListSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading tickets">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="flex h-17 items-center gap-2.5 border-b border-line px-3">
          <Skeleton className="size-8 rounded-full" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3 w-2/5" />
            <Skeleton className="h-3 w-4/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
