import { memo, type UIEvent, use, useEffect, useRef, useState } from 'react';
import { settleEarlyKeys } from '../../actions/hotkeys';
import { useActions } from '../../actions/registry';
import { type Listing, useTicketNumbers, type View } from '../../convex/ticketLists';
import { type Density, useDensity } from '../../lib/density';
import { isTextFocused } from '../../lib/keys';
import { useRowWindow } from '../../lib/useRowWindow';
import { Button } from '../../ui/button';
import { NewAbove } from '../../ui/newAbove';
import { EmptyState } from '../../ui/states';
import { Beside } from './beside';
import { getCursor, setCursor, stepFrom } from './cursor';
import { useFilters } from './listing';
import { OpenTicketContext } from './openTicket';
import { clearSelection, extendTo, selectAll, setRows, toggle } from './selection';
import { useSteadyRows } from '../../lib/steadyRows';
import { rowHeights, rowId, RowSkeleton, TicketRowItem } from './ticketRowItem';
import { viewWords } from './words';

const keyRestMs = 3_000;
/** So many rows from the end, more are fetched. */
const ahead = 50;

interface Props {
  listing: Listing;
  onOpen: (number: number) => void;
  onWalk: (number: number) => void;
}

/** The team's tickets in one view, live. */
export const TicketList = memo(function TicketList(props: Props) {
  const { numbers, loadMore, stoppedAfter } = useTicketNumbers(props.listing);
  const density = useDensity();
  return numbers ? (
    <>
      <Lines
        {...props}
        density={density}
        numbers={numbers}
        loadMore={stoppedAfter === undefined ? loadMore : undefined}
      />
      {stoppedAfter !== undefined && <Stopped after={stoppedAfter} onGoOn={loadMore} />}
    </>
  ) : (
    <ListSkeleton density={density} />
  );
});

type LinesProps = Props & { density: Density; numbers: number[]; loadMore: (() => void) | undefined };

/** Only those near the screen are drawn; walked with J and K. */
function Lines({ listing: { view }, density, numbers, loadMore, onOpen, onWalk }: LinesProps) {
  const rowHeight = rowHeights[density];
  const openNumber = use(OpenTicketContext);
  const { isBusy, hold } = useBusyHand();
  const { rows, waiting, showAll } = useSteadyRows(numbers, isBusy);
  const { pauseMs, onScroll } = usePassing(rowHeight);
  const list = useRef<HTMLDivElement>(null);
  const shown = useRowWindow(rows.length, rowHeight);

  useEffect(() => setCursor(openNumber), [openNumber]);
  useEffect(() => setRows(rows), [rows]);
  useEffect(() => clearSelection, []);
  useListActions(rows, {
    onOpen,
    onWalk: (number) => {
      hold();
      onWalk(number);
    },
    reveal: shown.reveal,
    focus: () => list.current?.focus({ preventScroll: true }),
  });
  const hasRows = rows.length > 0;
  useEffect(() => settleEarlyKeys(hasRows), [hasRows]);

  useEffect(() => {
    if (shown.end >= rows.length - ahead) loadMore?.();
  }, [loadMore, shown.end, rows.length]);

  if (rows.length === 0 && waiting === 0) return <Nothing view={view} />;
  return (
    // The ring of the list lies over its rows: those that are selected have a ground of their own.
    <div className="relative min-h-0 flex-1 after:pointer-events-none after:absolute after:inset-0 after:z-2 after:-outline-offset-2 after:outline-accent has-[[role=listbox]:focus-visible]:after:outline-2">
      <NewAbove count={waiting} onShow={showAll} />
      <Beside rows={rows} openNumber={openNumber} />
      <div
        ref={shown.ref}
        onScroll={(event) => {
          onScroll(event);
          shown.onScroll();
        }}
        onPointerEnter={(event) => event.pointerType === 'mouse' && hold(Infinity)}
        onPointerLeave={() => hold(0)}
        className="h-full overflow-y-auto"
      >
        <div
          ref={list}
          role="listbox"
          aria-activedescendant={openNumber === null ? undefined : rowId(openNumber)}
          aria-label={`${viewWords[view].label} tickets`}
          aria-multiselectable
          tabIndex={0}
          className="outline-none"
          style={{ height: rows.length * rowHeight }}
        >
          <div style={{ transform: `translateY(${shown.first * rowHeight}px)` }}>
            {rows.slice(shown.first, shown.end).map((number) => (
              <TicketRowItem
                key={number}
                number={number}
                isSelected={number === openNumber}
                pauseMs={pauseMs}
                density={density}
                showsAssignee={view !== 'mine'}
                onOpen={onOpen}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Why there is nothing, and what brings something. */
function Nothing({ view }: { view: View }) {
  const { set, clear } = useFilters();
  if (set.length === 0) return <EmptyState title={viewWords[view].empty} />;
  return (
    <EmptyState title="Nothing fits.">
      <Button onClick={clear}>Clear the filters</Button>
    </EmptyState>
  );
}

/** [E3] Further filters are looked up ticket by ticket, in bounds. */
function Stopped({ after, onGoOn }: { after: number; onGoOn: (() => void) | undefined }) {
  return (
    <p className="flex items-center gap-2 border-t border-line px-3 py-2 text-xs text-ink-3" role="status">
      <span className="flex-1">
        Looked through {after.toLocaleString()} tickets with so many filters. There may be more.
      </span>
      <Button onClick={onGoOn}>Look further</Button>
    </p>
  );
}

interface Walk {
  onOpen: (number: number) => void;
  onWalk: (number: number) => void;
  reveal: (index: number) => void;
  focus: () => void;
}

/** Walks the rows with the keys. The cursor moves in the key press itself, however late the list is drawn. */
function useListActions(numbers: readonly number[], { onOpen, onWalk, reveal, focus }: Walk) {
  const step = (by: 1 | -1) => {
    const next = stepFrom(numbers, by);
    if (next === null) return;
    setCursor(next);
    reveal(numbers.indexOf(next));
    // Where nothing else has the focus the list takes it, so that the ticket one comes to is read out.
    if (document.activeElement === document.body) focus();
    onWalk(next);
  };
  const open = () => {
    const number = getCursor() ?? numbers[0];
    if (number !== undefined) onOpen(number);
  };
  const enabled = () => numbers.length > 0;
  const selectOn = (by: 1 | -1) => {
    const number = getCursor();
    if (number !== null) extendTo(number);
    const next = stepFrom(numbers, by);
    step(by);
    if (next !== null) extendTo(next);
  };
  useActions({
    'list.select': {
      run: () => {
        const number = getCursor() ?? numbers[0];
        if (number !== undefined) toggle(number);
      },
      enabled,
    },
    'list.selectNext': { run: () => selectOn(1), enabled },
    'list.selectPrevious': { run: () => selectOn(-1), enabled },
    'list.selectAll': { run: selectAll, enabled: () => enabled() && !isTextFocused() },
    'list.next': { run: () => step(1), enabled: () => stepFrom(numbers, 1) !== null },
    'list.previous': { run: () => step(-1), enabled: () => stepFrom(numbers, -1) !== null },
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

const passingMs = 100;

/** Rows that fly by under a fast hand are not asked for: how long one has to stay first, now. */
function usePassing(rowHeight: number) {
  const pauseMs = useRef(0);
  const top = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onScroll = ({ currentTarget: { scrollTop } }: UIEvent<HTMLElement>) => {
    const rowsPassed = Math.abs(scrollTop - top.current) / rowHeight;
    top.current = scrollTop;
    if (rowsPassed < 3) return;
    pauseMs.current = passingMs;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => (pauseMs.current = 0), passingMs);
  };
  return { pauseMs, onScroll };
}

function ListSkeleton({ density }: { density: Density }) {
  return (
    <div aria-busy="true" aria-label="Loading tickets">
      {Array.from({ length: 6 }, (_, index) => (
        <div
          key={index}
          style={{ height: rowHeights[density] }}
          className="flex items-center gap-2.5 border-b border-line px-3"
        >
          <RowSkeleton density={density} />
        </div>
      ))}
    </div>
  );
}
