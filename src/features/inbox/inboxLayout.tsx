import { type ReactNode, useEffect, useState } from 'react';
import { useActions } from '../../actions/registry';
import { useTicketCounts, type View } from '../../convex/ticketLists';
import { setDensity, useDensity } from '../../lib/density';
import { setTabTitle } from '../../lib/tabTitle';
import { ErrorPane } from '../../ui/states';
import { Splitter } from '../../ui/splitter';
import { useFilled } from './filled';
import { ListHeader } from './listHeader';
import { useListing, useListName } from './listing';
import { OpenTicketContext, useOpenTicket } from './openTicket';
import { TicketList } from './ticketList';
import { ViewList } from './viewList';

interface Props {
  view: View;
  /** The ticket in the address. */
  addressed: number | null;
  children: ReactNode;
}

/** Views, list and thread side by side; on a phone one of them at a time. */
export function InboxLayout({ view, addressed, children }: Props) {
  const [showsViews, setShowsViews] = useState(true);
  const [listWidth, setListWidth] = useState(360);
  const density = useDensity();
  useActions({
    'desk.views': { run: () => setShowsViews((shown) => !shown) },
    'desk.density': { run: () => setDensity(density === 'compact' ? 'comfortable' : 'compact') },
  });
  const name = useListName(view);
  useTabTitle(name);

  const listing = useListing(view);
  const listKey = JSON.stringify(listing);

  const { number: openNumber, open, walk } = useOpenTicket(view, addressed);
  useFilled(view, openNumber !== null);

  return (
    <OpenTicketContext value={openNumber}>
      {showsViews && <ViewList view={view} />}
      <section
        aria-label={name}
        data-region="list"
        style={{ width: listWidth }}
        className={`flex min-h-0 shrink-0 flex-col bg-surface max-md:w-full! ${openNumber === null ? '' : 'max-md:hidden'}`}
      >
        <ListHeader view={view} />
        <ErrorPane what="This list" resetKey={listKey}>
          <TicketList key={listKey} listing={listing} onOpen={open} onWalk={walk} />
        </ErrorPane>
      </section>
      <Splitter label="List width" value={listWidth} min={300} max={480} onChange={setListWidth} />
      <main className={`min-h-0 min-w-0 flex-1 bg-surface ${openNumber === null ? 'max-md:hidden' : ''}`}>
        {children}
      </main>
    </OpenTicketContext>
  );
}

/** The tab tells how much is waiting, for people who are elsewhere. */
function useTabTitle(name: string) {
  const mine = useTicketCounts()?.mine ?? 0;
  useEffect(() => setTabTitle(`${mine > 0 ? `(${mine}) ` : ''}${name} · Baton`), [mine, name]);
}
