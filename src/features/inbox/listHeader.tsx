/** What stands above a list: which one it is, its order, and what it is narrowed by. */
import { ChevronDown, ListFilter } from 'lucide-react';
import { useShownKeys } from '../../actions/preferences';
import { runAction } from '../../actions/registry';
import type { View } from '../../convex/ticketLists';
import { Button, IconButton } from '../../ui/button';
import { Menu } from '../../ui/menu';
import { soon } from '../../ui/later';
import { Tooltip } from '../../ui/tooltip';
import { useFilters, useListName } from './listing';
import { useSelectedCount } from './selection';
import { ViewSelect } from './viewList';
import { sortsOf, viewWords } from './words';

const SelectionBar = soon(
  async () => (await import('./selectionBar')).SelectionBar,
  <div className="h-19" />,
);
/** Comes once the list stands. */
const ListTools = soon(async () => (await import('./listTools')).ListTools, null);

export function ListHeader({ view }: { view: View }) {
  const filters = useFilters();
  const isSelecting = useSelectedCount() > 0;
  return (
    <header className="shrink-0 border-b border-line">
      {isSelecting ? <SelectionBar /> : <Head view={view} filters={filters} />}
      <div className={filters.set.length > 0 || filters.saved !== undefined ? 'min-h-8' : ''}>
        {view !== 'mentions' && <ListTools view={view} filters={filters} />}
      </div>
    </header>
  );
}

function Head({ view, filters }: { view: View; filters: ReturnType<typeof useFilters> }) {
  const name = useListName(view);
  return (
    <div className="flex h-12 items-center gap-1 px-3">
      <ViewSelect view={view} />
      <h1 dir="auto" className="min-w-0 truncate text-base font-semibold max-lg:sr-only" title={name}>
        {name}
      </h1>
      <span className="flex-1" />
      {view === 'mentions' ? (
        <span className="text-xs text-ink-3">{viewWords[view].order}</span>
      ) : (
        <Narrowing view={view} filters={filters} />
      )}
    </div>
  );
}

function Narrowing({ view, filters }: { view: View; filters: ReturnType<typeof useFilters> }) {
  return (
    <>
      <Menu
        label="Order of the list"
        align="end"
        choices={sortsOf(view).map(({ sort, label }) => ({
          id: sort,
          label,
          checked: sort === filters.sort,
          onChoose: () => filters.chooseSort(sort),
        }))}
        trigger={
          <Button tone="quiet" className="min-w-0 px-1.5 text-xs font-normal text-ink-3">
            <span className="truncate">{sortsOf(view).find(({ sort }) => sort === filters.sort)?.label}</span>
            <ChevronDown size={12} aria-hidden />
          </Button>
        }
      />
      <Tooltip text="Filter" keys={useShownKeys('list.filter')}>
        <IconButton
          label="Filter the list"
          pressed={filters.set.length > 0}
          onClick={() => runAction('list.filter')}
        >
          <ListFilter size={15} strokeWidth={1.75} />
        </IconButton>
      </Tooltip>
    </>
  );
}
