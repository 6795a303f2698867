/** Keeps the list still under a hand: arrivals wait above it until the pointer leaves or the keys rest. */
import { useMemo, useState } from 'react';

interface SteadyRows<Row> {
  /** What names each, in the order in which they are shown. */
  rows: readonly Row[];
  /** How many arrived and are not shown yet. */
  waiting: number;
  showAll: () => void;
}

/** Rows that leave go at once, rows shown before keep their order, new ones wait while `isBusy`. */
export function useSteadyRows<Row extends number | string>(
  latest: readonly Row[],
  isBusy: boolean,
): SteadyRows<Row> {
  const [shown, setShown] = useState<readonly Row[]>([]);
  const showAll = () => setShown(latest);
  const mayMove = !isBusy || shown.length === 0;
  if (mayMove && shown !== latest) showAll();
  const held = useMemo(
    () => (mayMove || shown === latest ? { rows: latest, waiting: 0 } : hold(shown, latest)),
    [mayMove, shown, latest],
  );
  return { ...held, showAll };
}

function hold<Row extends number | string>(shown: readonly Row[], latest: readonly Row[]) {
  const present = new Set(latest);
  const rows = shown.filter((row) => present.has(row));
  // Older rows loaded by scrolling stand after the last one shown; only what would push rows waits.
  const last = rows.length === 0 ? -1 : latest.indexOf(rows.at(-1)!);
  const known = new Set(shown);
  const older = latest.slice(last + 1).filter((row) => !known.has(row));
  return { rows: [...rows, ...older], waiting: latest.length - rows.length - older.length };
}
