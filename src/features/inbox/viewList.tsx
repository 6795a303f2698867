import { Link, useNavigate } from '@tanstack/react-router';
import { memo } from 'react';
import { keysOf, useKeyPreferences } from '../../actions/preferences';
import { useAgents } from '../../convex/agents';
import { useSavedViews } from '../../convex/savedViews';
import { useHotCount } from '../../convex/liveConversations';
import { useCountsOfAgents, useTicketCounts, type View, views } from '../../convex/ticketLists';
import { Kbd } from '../../ui/kbd';
import { addressOf, useFilters } from './listing';
import { soon } from '../../ui/later';
import { viewWords } from './words';

/** Comes a moment after the views. */
const SavedViewList = soon(async () => (await import('./savedViewList')).SavedViewList, null);

/** Which one is on screen is told here, with its filters: by itself a link looks at the path alone. */
const exactly = { exact: true, includeSearch: true };
const entry =
  'group flex h-8 items-center gap-2 rounded-md px-2 text-sm text-ink-2 hover:bg-hover aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-ink';

/** The views with their counts, what agents answer right now, and the agents' own. `view`: null, that is on screen. */
export const ViewList = memo(function ViewList({ view }: { view: View | null }) {
  const counts = useTicketCounts();
  const { set, saved } = useFilters();
  const isPlain = set.length === 0 && saved === undefined;
  return (
    <nav
      aria-label="Views"
      data-region="views"
      className="w-52 shrink-0 overflow-y-auto border-r border-line p-2 max-lg:hidden"
    >
      <h2 className="px-2 pt-1.5 pb-2 text-sm font-semibold">Inbox</h2>
      <ul className="space-y-0.5">
        {views.map((each) => (
          <li key={each}>
            <Link
              to="/inbox/$view"
              activeOptions={exactly}
              params={{ view: each }}
              aria-current={each === view && isPlain ? 'page' : undefined}
              className={entry}
            >
              <span className="flex-1">{viewWords[each].label}</span>
              <ViewKeys view={each} />
              {counts && <Count of={counts[each]} />}
            </Link>
          </li>
        ))}
        <LiveView isOpen={view === null} />
      </ul>
      <AgentViews isOpen={view === 'all'} />
      <SavedViewList look={entry} />
    </nav>
  );
});

/** [B5] With how many heat up. */
function LiveView({ isOpen }: { isOpen: boolean }) {
  const hot = useHotCount();
  return (
    <li>
      <Link to="/live" aria-current={isOpen ? 'page' : undefined} className={entry}>
        <span className="flex-1">Live</span>
        <ViewKeys view="live" />
        {hot !== undefined && hot > 0 && (
          <span className="text-xs font-medium text-warn tabular-nums">
            {hot} <span className="sr-only">heating up</span>
          </span>
        )}
      </Link>
    </li>
  );
}

/** What came from each agent and is open; a team of one has it in "All". */
function AgentViews({ isOpen }: { isOpen: boolean }) {
  const agents = useAgents();
  const counts = useCountsOfAgents();
  const { set, saved } = useFilters();
  const shown = agents?.filter(({ _id, active }) => active || counts?.[_id]) ?? [];
  if (shown.length < 2) return null;
  const [only] = set;
  const isOnly = (agent: string) =>
    isOpen && saved === undefined && set.length === 1 && only?.name === 'agent' && only.value === agent;
  return (
    <>
      <h2 className="px-2 pt-4 pb-2 text-xs font-medium text-ink-3">By agent</h2>
      <ul className="space-y-0.5">
        {shown.map(({ _id, name }) => (
          <li key={_id}>
            <Link
              to="/inbox/$view"
              activeOptions={exactly}
              params={{ view: 'all' }}
              search={{ agent: _id }}
              aria-current={isOnly(_id) ? 'page' : undefined}
              className={entry}
            >
              <span aria-hidden className="text-ai">
                ✦
              </span>
              <bdi className="flex-1 truncate">{name}</bdi>
              {counts && <Count of={counts[_id] ?? 0} />}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

const Count = ({ of }: { of: number }) => (
  <span className="text-xs text-ink-3 tabular-nums">{of.toLocaleString()}</span>
);

/** The shortest way there. */
function ViewKeys({ view }: { view: View | 'live' }) {
  useKeyPreferences();
  const keys = keysOf(`go.${view}`).at(-1);
  return <span className="hidden group-hover:inline">{keys && <Kbd keys={keys} />}</span>;
}

/** The same as a select, where there is no room for the list: what was saved, too. */
export function ViewSelect({ view }: { view: View | 'live' }) {
  const navigate = useNavigate();
  const kept = useSavedViews();
  const { saved } = useFilters();
  const choose = (chosen: string) => {
    if (chosen === 'live') return void navigate({ to: '/live' });
    const one = kept.find(({ _id }) => _id === chosen);
    void navigate({
      to: '/inbox/$view',
      ...(one ? addressOf(one) : { params: { view: chosen as View }, search: {} }),
    });
  };
  return (
    <select
      aria-label="View"
      value={kept.find(({ _id }) => _id === saved)?._id ?? view}
      onChange={(event) => choose(event.target.value)}
      className="h-8 min-w-0 max-w-44 truncate rounded-md bg-transparent text-base font-semibold lg:hidden pointer-coarse:h-11"
    >
      {views.map((each) => (
        <option key={each} value={each}>
          {viewWords[each].label}
        </option>
      ))}
      <option value="live">Live</option>
      {kept.length > 0 && (
        <optgroup label="Saved views">
          {kept.map(({ _id, name }) => (
            <option key={_id} value={_id}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}
