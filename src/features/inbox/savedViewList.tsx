import { Link } from '@tanstack/react-router';
import { Bookmark, Users } from 'lucide-react';
import { useSavedViews } from '../../convex/savedViews';
import { addressOf, useFilters } from './listing';

const exactly = { exact: true, includeSearch: true };

/** The lists that are kept under a name: the team's, then one's own. `look`: of each line. */
export function SavedViewList({ look }: { look: string }) {
  const views = useSavedViews();
  const { saved } = useFilters();
  if (views.length === 0) return null;
  return (
    <>
      <h2 className="px-2 pt-4 pb-2 text-xs font-medium text-ink-3">Saved views</h2>
      <ul className="space-y-0.5">
        {views.map((kept) => {
          const { _id, name, isTeams } = kept;
          const Icon = isTeams ? Users : Bookmark;
          return (
            <li key={_id}>
              <Link
                to="/inbox/$view"
                activeOptions={exactly}
                {...addressOf(kept)}
                aria-current={saved === _id ? 'page' : undefined}
                className={look}
              >
                <Icon size={13} strokeWidth={1.75} className="shrink-0 text-ink-3" aria-hidden />
                <bdi className="flex-1 truncate">{name}</bdi>
                {isTeams && <span className="sr-only">, of the team</span>}
              </Link>
            </li>
          );
        })}
      </ul>
    </>
  );
}
