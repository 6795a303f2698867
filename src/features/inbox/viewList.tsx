import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { keysOf, useKeyPreferences } from '../../actions/preferences';
import { useTicketCounts, type View, views } from '../../convex/ticketLists';
import { Kbd } from '../../ui/kbd';
import { viewWords } from './words';

/** The views with their counts. */
export const ViewList = memo(function ViewList({ view }: { view: View }) {
  const counts = useTicketCounts();
  return (
    <nav
      aria-label="Views"
      data-region="views"
      className="w-52 shrink-0 border-r border-line p-2 max-lg:hidden"
    >
      <h2 className="px-2 pt-1.5 pb-2 text-sm font-semibold">Inbox</h2>
      <ul className="space-y-0.5">
        {views.map((each) => (
          <li key={each}>
            <Link
              to="/inbox/$view"
              params={{ view: each }}
              aria-current={each === view ? 'page' : undefined}
              className="group flex h-8 items-center gap-2 rounded-md px-2 text-sm text-ink-2 hover:bg-hover aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              <span className="flex-1">{viewWords[each].label}</span>
              <ViewKeys view={each} />
              {counts && <span className="text-xs text-ink-3 tabular-nums">{formatCount(counts[each])}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
});

const formatCount = (count: number) => count.toLocaleString();

/** The shortest way there. */
function ViewKeys({ view }: { view: View }) {
  useKeyPreferences();
  const keys = keysOf(`go.${view}`).at(-1);
  return <span className="hidden group-hover:inline">{keys && <Kbd keys={keys} />}</span>;
}

/** The same views as a select, where there is no room for the list. */
export function ViewSelect({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    <select
      aria-label="View"
      value={view}
      onChange={(event) => onChange(event.target.value as View)}
      className="h-8 rounded-md bg-transparent text-base font-semibold lg:hidden pointer-coarse:h-11"
    >
      {views.map((each) => (
        <option key={each} value={each}>
          {viewWords[each].label}
        </option>
      ))}
    </select>
  );
}
