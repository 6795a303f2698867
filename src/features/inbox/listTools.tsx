/** What a list is narrowed by, and how one narrows and sorts it: by key and in the command menu. */
import { isLonger } from '../../../convex/shared/kit/text';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { followed } from '../../../convex/shared/tickets/tags';
import { maxTagLength } from '../../../convex/shared/tickets/tickets';
import { changed, type Choice, useAction, useActions } from '../../actions/registry';
import { useAgents } from '../../convex/agents';
import { useMembers } from '../../convex/members';
import { useSavedViews } from '../../convex/savedViews';
import { useMembership } from '../../convex/session';
import { Button } from '../../ui/button';
import { SaveView } from './saveView';
import { useTagChanges, useTagColours } from '../../convex/tags';
import { useTags, type View } from '../../convex/ticketLists';
import { TagDot } from '../../ui/tagDot';
import { type FilterName, type useFilters } from './listing';
import { channelWords, priorityWords, sortsOf, statusWords } from './words';

interface Props {
  view: View;
  filters: ReturnType<typeof useFilters>;
}

export function ListTools({ view, filters }: Props) {
  useListingActions(view, filters);
  useFollowedTag(filters);
  const saved = useSavedViews().find(({ _id }) => _id === filters.saved);
  const { role } = useMembership();
  const [isSaving, setIsSaving] = useState(false);
  const mayKeep = !saved?.isTeams || isAllowed(role, 'savedViews.manage');
  const isOffered = mayKeep && (saved !== undefined || filters.set.length > 0 || filters.sort !== 'waiting');
  const why = mayKeep ? 'Narrow or sort the list first.' : 'A manager keeps the views of the team.';
  useAction('list.save', { enabled: () => isOffered || why, run: () => setIsSaving(true) });
  return (
    <>
      {(isOffered || filters.set.length > 0) && (
        <div className="flex items-start gap-2 px-3 pb-2">
          <Chips filters={filters} />
          {isOffered && (
            <Button tone="quiet" className="h-6 px-1.5 text-xs" onClick={() => setIsSaving(true)}>
              {saved ? 'Edit view' : 'Save view'}
            </Button>
          )}
        </div>
      )}
      <SaveView
        view={view}
        filters={filters}
        saved={saved}
        isOpen={isSaving}
        onClose={() => setIsSaving(false)}
      />
    </>
  );
}

/** An address, or a view, that was kept under a tag's old name leads to its tickets all the same. */
function useFollowedTag({ set, choose }: ReturnType<typeof useFilters>) {
  const changes = useTagChanges();
  const tags = useTags();
  const tag = set.find(({ name }) => name === 'tag')?.value;
  const isThere = tags?.some((each) => each.tag === tag);
  const change = tag === undefined ? undefined : changes?.find(({ from }) => from === tag);
  const isOver = tags !== undefined && change !== undefined && (!change.isDone || !isThere);
  const now = isOver ? followed([tag!], changes!)[0] : undefined;
  useEffect(() => {
    if (now !== undefined && now !== tag) choose('tag', now);
    // oxlint-disable-next-line react/exhaustive-deps -- the names alone decide
  }, [now, tag]);
}

/** Each with its way out. */
function Chips({ filters }: { filters: ReturnType<typeof useFilters> }) {
  const nameOf = useNameOf();
  const colours = useTagColours();
  return (
    <ul aria-label="Filters" className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
      {filters.set.map(({ name, value }) => (
        <li
          key={name}
          className="inline-flex h-6 max-w-full items-center gap-1 rounded-sm bg-accent-soft pl-1.5 text-xs font-medium text-accent-text pointer-coarse:h-11"
        >
          {name === 'tag' && <TagDot colour={colours.get(value)} />}
          <span className="truncate">
            {filterWords[name]}: <bdi>{nameOf(name, value)}</bdi>
          </span>
          <button
            type="button"
            aria-label={`Remove the filter ${filterWords[name]}: ${nameOf(name, value)}`}
            onClick={() => filters.choose(name, undefined)}
            className="flex size-6 items-center justify-center rounded-sm hover:bg-hover pointer-coarse:size-11"
          >
            <X size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}

const filterWords: Record<FilterName, string> = {
  assignee: 'Assignee',
  agent: 'Agent',
  channel: 'Channel',
  priority: 'Priority',
  tag: 'Tag',
  status: 'Status',
};

/** What a filter is set to, as a word; whoever has gone has none. */
function useNameOf() {
  const members = useMembers();
  const agents = useAgents();
  return (name: FilterName, value: string): string => {
    if (name === 'assignee' && value === 'none') return 'Nobody';
    if (name === 'assignee' && value === 'me') return 'Me';
    if (name === 'assignee') return members?.find(({ memberId }) => memberId === value)?.name ?? 'Unknown';
    if (name === 'agent') return agents?.find(({ _id }) => _id === value)?.name ?? 'Unknown';
    const words = { channel: channelWords, priority: priorityWords, status: statusWords, tag: {} }[name];
    return (words as Record<string, string>)[value] ?? value;
  };
}

/** What one may choose for a view, most used first. */
function useFilterValues(view: View): [FilterName, string][] {
  const { memberId } = useMembership();
  const members = useMembers() ?? [];
  const agents = useAgents() ?? [];
  const isOwned = view === 'mine' || view === 'unassigned';
  const isActive = view !== 'resolved' && view !== 'closed';
  const others = members.filter((each) => each.memberId !== memberId);
  const assignees = isOwned ? [] : ['me', 'none', ...others.map((each) => each.memberId)];
  const each = (name: FilterName, values: string[]) =>
    values.map((value) => [name, value] as [FilterName, string]);
  return [
    ...each('assignee', assignees),
    ...each(
      'agent',
      agents.map(({ _id }) => _id),
    ),
    ...each('priority', Object.keys(priorityWords)),
    ...each('channel', Object.keys(channelWords)),
    ...each('tag', useTags()?.map(({ tag }) => tag) ?? []),
    ...each('status', isActive ? ['new', 'open'] : []),
  ];
}

/** Order and filters by key and in the command menu, where a few letters find the one that is meant. */
function useListingActions(view: View, filters: ReturnType<typeof useFilters>) {
  const nameOf = useNameOf();
  const values = useFilterValues(view);
  const isSet = (name: FilterName, value: string) =>
    filters.set.some((each) => each.name === name && each.value === value);
  const asChoice = ([name, value]: [FilterName, string]): Choice => ({
    id: `${name} ${value}`,
    label: `${filterWords[name]}: ${nameOf(name, value)}`,
    ...(isSet(name, value) && { hint: 'chosen' }),
    run: () => filters.choose(name, value),
  });
  // The menu shows what is known when it opens, and what comes then.
  useEffect(changed, [values.length]);
  useActions({
    'list.filter': {
      choices: () => values.map(asChoice),
      typedChoices: (typed) => {
        const tag = /^tag:?\s+(.+)$/i.exec(typed.trim())?.[1];
        return tag === undefined || isLonger(tag, maxTagLength) ? [] : [asChoice(['tag', tag])];
      },
    },
    'list.clear': { enabled: () => filters.set.length > 0, run: filters.clear },
    'list.sort': {
      choices: () =>
        sortsOf(view).map(({ sort, label }) => ({
          id: sort,
          label,
          ...(sort === filters.sort && { hint: 'chosen' }),
          run: () => filters.chooseSort(sort),
        })),
    },
  });
}
