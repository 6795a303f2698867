/** Keeps the list still under a hand: arrivals wait above it until the pointer leaves or the keys rest. */
import { useState } from 'react';
import type { TicketRow } from '../../convex/tickets';

interface SteadyRows {
  rows: TicketRow[];
  /** How many arrived and are not shown yet. */
  waiting: number;
  showAll: () => void;
}

/** Rows that leave go at once, rows shown before keep their order, new ones wait while `isBusy`. */
export function useSteadyRows(latest: TicketRow[], isBusy: boolean, resetKey: string): SteadyRows {
  const [shown, setShown] = useState<{ key: string; ids: string[] }>({ key: resetKey, ids: [] });
  const showAll = () => setShown({ key: resetKey, ids: latest.map((row) => row.ticketId) });

  const isFresh = shown.key !== resetKey || shown.ids.length === 0;
  if (!isBusy || isFresh) {
    const ids = latest.map((row) => row.ticketId as string);
    if (shown.key !== resetKey || !sameIds(ids, shown.ids)) setShown({ key: resetKey, ids });
    return { rows: latest, waiting: 0, showAll };
  }
  const byId = new Map<string, TicketRow>(latest.map((row) => [row.ticketId, row]));
  const rows = shown.ids.flatMap((id) => byId.get(id) ?? []);
  // Older rows loaded by scrolling stand after the last one shown; only what would push rows waits.
  const last = latest.findIndex((row) => row.ticketId === rows.at(-1)?.ticketId);
  const known = new Set(shown.ids);
  const older = latest.slice(last + 1).filter((row) => !known.has(row.ticketId));
  return { rows: [...rows, ...older], waiting: latest.length - rows.length - older.length, showAll };
}

function sameIds(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
