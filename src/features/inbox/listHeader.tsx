/** What stands above a list: which one it is, its order, and what it is narrowed by. */
import { useNavigate } from '@tanstack/react-router';
import { ListFilter } from 'lucide-react';
import type { Sort } from '../../../convex/shared/tickets/lists';
import { useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import type { View } from '../../convex/ticketLists';
import { IconButton } from '../../ui/button';
import { soon } from '../../ui/later';
import { Tooltip } from '../../ui/tooltip';
import { useFilters } from './listing';
import { ViewSelect } from './viewList';
import { sortsOf, viewWords } from './words';

/** Comes once the list stands. */
const ListTools = soon(async () => (await import('./listTools')).ListTools, null);

export function ListHeader({ view }: { view: View }) {
  const navigate = useNavigate();
  const filters = useFilters();
  return (
    <header className="shrink-0 border-b border-line">
      <div className="flex h-12 items-center gap-1 px-3">
        <ViewSelect
          view={view}
          onChange={(next) => void navigate({ to: '/inbox/$view', params: { view: next } })}
        />
        <h1 className="text-base font-semibold max-lg:sr-only">{viewWords[view].label}</h1>
        <span className="flex-1" />
        <select
          aria-label="Order of the list"
          value={filters.sort}
          onChange={(event) => filters.chooseSort(event.target.value as Sort)}
          className="h-7 min-w-0 rounded-md bg-transparent text-right text-xs text-ink-3 hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          {sortsOf(view).map(({ sort, label }) => (
            <option key={sort} value={sort}>
              {label}
            </option>
          ))}
        </select>
        <Tooltip text="Filter" keys={useShownKeys('list.filter')}>
          <IconButton
            label="Filter the list"
            pressed={filters.set.length > 0}
            onClick={() => runAction('list.filter')}
          >
            <ListFilter size={15} strokeWidth={1.75} />
          </IconButton>
        </Tooltip>
      </div>
      <div className={filters.set.length > 0 ? 'min-h-8' : ''}>
        <ListTools view={view} filters={filters} />
      </div>
    </header>
  );
}
