/** Keeps the list still under a hand: arrivals wait above it until the pointer leaves or the keys rest. */
import { useMemo, useState } from 'react';

interface SteadyRows {
  /** Numbers of the tickets, in the order in which they are shown. */
  rows: readonly number[];
  /** How many arrived and are not shown yet. */
  waiting: number;
  showAll: () => void;
}

/** Rows that leave go at once, rows shown before keep their order, new ones wait while `isBusy`. */
export function useSteadyRows(latest: readonly number[], isBusy: boolean): SteadyRows {
  const [shown, setShown] = useState<readonly number[]>([]);
  const showAll = () => setShown(latest);
  const mayMove = !isBusy || shown.length === 0;
  if (mayMove && shown !== latest) showAll();
  const held = useMemo(
    () => (mayMove || shown === latest ? { rows: latest, waiting: 0 } : hold(shown, latest)),
    [mayMove, shown, latest],
  );
  return { ...held, showAll };
}

function hold(shown: readonly number[], latest: readonly number[]) {
  const present = new Set(latest);
  const rows = shown.filter((number) => present.has(number));
  // Older rows loaded by scrolling stand after the last one shown; only what would push rows waits.
  const last = rows.length === 0 ? -1 : latest.indexOf(rows.at(-1)!);
  const known = new Set(shown);
  const older = latest.slice(last + 1).filter((number) => !known.has(number));
  return { rows: [...rows, ...older], waiting: latest.length - rows.length - older.length };
}
