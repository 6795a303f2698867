/** A list of ticket numbers that comes page by page. */
import { useMemo, useState } from 'react';
import { maxLooked } from '../../convex/shared/tickets/tickets';
import { useLatest } from '../lib/useLatest';
import { Failed, type Live } from './live';
import { useAll } from './useLive';

export interface Page<Position> {
  numbers: number[];
  next: Position | null;
  hasStopped?: boolean;
}

export interface TicketNumbers {
  /** As far as they have been asked for; `undefined` until the first have come. */
  numbers: number[] | undefined;
  /** Absent when there are no more, or more are on their way. */
  loadMore?: () => void;
  /** So many rows were looked at, and it goes no further by itself: `loadMore` does when one asks. */
  stoppedAfter?: number;
}

/** `liveOf` gives the page that begins there; null: none is asked for. While a page of another length comes, the list stands as it was. */
export function usePages<Position>(
  liveOf: ((after: { after?: Position }) => Live<Page<Position>>) | null,
): TicketNumbers {
  const [wanted, setWanted] = useState(1);
  const pages: Live<Page<Position>>[] = [];
  for (let after: Position | null | undefined; liveOf && pages.length < wanted && after !== null;) {
    const page = liveOf(after ? { after } : {});
    pages.push(page);
    const known = page.now();
    if (known === undefined || known instanceof Failed) break;
    after = known.next;
  }
  const values = useAll(pages);
  const last = values.at(-1);
  const isWhole = last !== undefined && (last.next === null || values.length === wanted);
  const whole = useMemo(
    () => (isWhole ? values.flatMap((page) => page?.numbers ?? []) : undefined),
    [isWhole, values],
  );
  const hasMore = isWhole && last.next !== null;
  const stops = values.filter((page) => page?.hasStopped).length;
  return {
    numbers: useLatest(whole),
    ...(hasMore && { loadMore: () => setWanted(values.length + 1) }),
    ...(hasMore && last.hasStopped && { stoppedAfter: stops * maxLooked }),
  };
}
