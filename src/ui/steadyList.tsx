import { type ReactNode, useState } from 'react';
import { useSteadyRows } from '../lib/steadyRows';
import { useRowWindow } from '../lib/useRowWindow';
import { NewAbove } from './newAbove';

/** A long list of rows of equal height that stands still under the pointer: what is shown of it, for `SteadyList` and for keys. */
export function useSteadyList<Row extends number | string>(latest: readonly Row[], rowHeight: number) {
  const [isUnderHand, setIsUnderHand] = useState(false);
  const { rows, waiting, showAll } = useSteadyRows(latest, isUnderHand);
  const shown = useRowWindow(rows.length, rowHeight);
  const isEmpty = rows.length === 0 && waiting === 0;
  return { rows, waiting, showAll, shown, rowHeight, isEmpty, setIsUnderHand };
}

interface Props<Row extends number | string> {
  label: string;
  list: ReturnType<typeof useSteadyList<Row>>;
  /** Each row, in an element of its height. */
  children: (row: Row) => ReactNode;
}

/** Only the rows near the screen are drawn. */
export function SteadyList<Row extends number | string>({ label, list, children }: Props<Row>) {
  const { rows, waiting, showAll, shown, rowHeight, setIsUnderHand } = list;
  return (
    <div className="relative min-h-0 flex-1">
      <NewAbove count={waiting} onShow={showAll} />
      <div
        ref={shown.ref}
        onScroll={shown.onScroll}
        onPointerEnter={(event) => event.pointerType === 'mouse' && setIsUnderHand(true)}
        onPointerLeave={() => setIsUnderHand(false)}
        className="h-full overflow-y-auto"
      >
        <ul aria-label={label} style={{ height: rows.length * rowHeight }}>
          <div style={{ height: shown.first * rowHeight }} aria-hidden role="presentation" />
          {rows.slice(shown.first, shown.end).map((row) => children(row))}
        </ul>
      </div>
    </div>
  );
}
