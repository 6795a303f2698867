import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type TagColour, tagColours } from '../../../convex/shared/tickets/tags';
import { maxTagLength } from '../../../convex/shared/tickets/tickets';
import { useMembership } from '../../convex/session';
import { useRemoveTag, useRenameTag, useSetTagColour, useTagChanges, useTagColours } from '../../convex/tags';
import { useTags } from '../../convex/ticketLists';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field, TextInput } from '../../ui/field';
import { EmptyState } from '../../ui/states';
import { TagDot } from '../../ui/tagDot';
import { notify } from '../../ui/toast';
import { FormDialog } from './formDialog';
import { SavedSelect } from './savedField';
import { useSaving } from './settingRow';

interface Tag {
  tag: string;
  count: number;
  colour: TagColour | undefined;
  /** What it is becoming just now; null: it goes. */
  becomes: string | null | undefined;
}

/** More than one looks through at a time; the others are found by their name. */
const mostShown = 100;

const ticketsOf = (count: number) => `${count} ${count === 1 ? 'ticket' : 'tickets'}`;

/** What tickets are sorted by: names, colours, and on how many each stands. */
export function TagsSettings() {
  const tags = useTagsKept();
  const [typed, setTyped] = useState('');
  if (tags === undefined) return null;
  if (tags.length === 0) {
    return (
      <EmptyState title="No ticket has a tag yet.">
        Operators add them beside a ticket, and rules of agents when they hand over.
      </EmptyState>
    );
  }
  const wanted = typed.trim().toLocaleLowerCase();
  const fitting = tags.filter(({ tag }) => tag.toLocaleLowerCase().includes(wanted));
  return (
    <>
      <p className="mb-3 text-sm text-ink-3">
        A new name goes for every ticket, rule and saved view; a deleted tag leaves all of them. It takes a
        while where there are many, and nobody has to wait for it.
      </p>
      {tags.length > 10 && (
        <TextInput
          aria-label="Find a tag"
          placeholder="Find a tag"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="mb-2"
        />
      )}
      <ul aria-label="Tags">
        {fitting.slice(0, mostShown).map((tag) => (
          <TagRow key={tag.tag} of={tag} others={tags} />
        ))}
      </ul>
      {fitting.length > mostShown && (
        <p className="py-3 text-sm text-ink-3">
          {mostShown} of {fitting.length}. Find the others by their name.
        </p>
      )}
      {fitting.length === 0 && <p className="py-3 text-sm text-ink-3">No tag has this in its name.</p>}
    </>
  );
}

/** By name: those that are written alike stand together. */
function useTagsKept(): Tag[] | undefined {
  const counted = useTags();
  const colours = useTagColours();
  const changes = useTagChanges();
  if (counted === undefined || changes === undefined) return undefined;
  const counts = new Map(counted.map(({ tag, count }) => [tag, count]));
  const under = new Map(changes.flatMap(({ from, to, isDone }) => (isDone ? [] : [[from, to] as const])));
  return [...new Set([...counts.keys(), ...colours.keys()])]
    .map((tag) => ({ tag, count: counts.get(tag) ?? 0, colour: colours.get(tag), becomes: under.get(tag) }))
    .toSorted((a, b) => a.tag.localeCompare(b.tag));
}

function TagRow({ of, others }: { of: Tag; others: readonly Tag[] }) {
  const { tag, count, colour, becomes } = of;
  const { teamId, role } = useMembership();
  const setColour = useSetTagColour();
  const [open, setOpen] = useState<'rename' | 'remove' | null>(null);
  const mayChange = isAllowed(role, 'tags.manage') && becomes === undefined;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2.5">
      <span className="flex min-w-40 flex-1 items-center gap-2">
        <TagDot colour={colour} />
        <bdi className="text-base font-medium wrap-anywhere">{tag}</bdi>
      </span>
      <span role={becomes === undefined ? undefined : 'status'} className="text-sm text-ink-3 tabular-nums">
        {becomes === undefined ? <Tickets of={of} /> : underWay(becomes, count)}
      </span>
      {mayChange && (
        <span className="flex items-center gap-2 max-md:w-full">
          <SavedSelect
            aria-label={`Colour of ${tag}`}
            className="w-28! h-8! pointer-coarse:h-11!"
            value={colour ?? 'none'}
            onSave={(next) => setColour({ teamId, tag, colour: next === 'none' ? null : next })}
          >
            <option value="none">No colour</option>
            {tagColours.map((each) => (
              <option key={each} value={each}>
                {colourWords[each]}
              </option>
            ))}
          </SavedSelect>
          <Button aria-label={`Rename ${tag}`} onClick={() => setOpen('rename')}>
            Rename
          </Button>
          <Button tone="danger" aria-label={`Delete ${tag}`} onClick={() => setOpen('remove')}>
            Delete
          </Button>
        </span>
      )}
      {open === 'rename' && <RenameDialog of={of} others={others} onClose={() => setOpen(null)} />}
      <RemoveTag of={of} isOpen={open === 'remove'} onClose={() => setOpen(null)} />
    </li>
  );
}

const colourWords: Record<TagColour, string> = {
  rose: 'Rose',
  orange: 'Orange',
  green: 'Green',
  blue: 'Blue',
  purple: 'Purple',
  grey: 'Grey',
};

function underWay(becomes: string | null, count: number): string {
  const left = count === 0 ? '' : `: ${ticketsOf(count)} left`;
  return becomes === null ? `Being deleted${left}` : `Becoming ${becomes}${left}`;
}

/** The active ones are a list; the ended ones stand in lists of their own. */
function Tickets({ of: { tag, count } }: { of: Tag }) {
  if (count === 0) return <>No ticket</>;
  return (
    <>
      {ticketsOf(count)} ·{' '}
      <Link
        to="/inbox/$view"
        params={{ view: 'all' }}
        search={{ tag }}
        className="text-accent-text underline pointer-coarse:inline-flex pointer-coarse:min-h-11 pointer-coarse:items-center"
      >
        active ones
      </Link>
    </>
  );
}

interface RenameProps {
  of: Tag;
  others: readonly Tag[];
  onClose: () => void;
}

function RenameDialog({ of: { tag, count }, others, onClose }: RenameProps) {
  const { teamId } = useMembership();
  const rename = useRenameTag();
  const [name, setName] = useState(tag);
  const to = name.trim();
  const other = others.find((each) => each.tag === to && each.tag !== tag);
  return (
    <FormDialog
      title={`Rename ${tag}`}
      onClose={onClose}
      onSubmit={async () => {
        await rename({ teamId, from: tag, to, ...(other && { merge: true }) });
        onClose();
        if (to !== tag) notify(other ? `${tag} becomes part of ${to}.` : `${tag} becomes ${to}.`);
      }}
    >
      <Field label="Name">
        <TextInput
          name="name"
          required
          maxLength={maxTagLength}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <p role="status" className="text-sm text-ink-2 wrap-anywhere">
        {other
          ? `There is a tag ${to} already, on ${ticketsOf(other.count)}. The two become one, and that cannot be taken back.`
          : `It is on ${ticketsOf(count)}. Rules, saved views and addresses with the old name follow.`}
      </p>
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" size="medium" tone="primary" disabled={to === '' || to === tag}>
          {other ? 'Merge' : 'Rename'}
        </Button>
      </div>
    </FormDialog>
  );
}

function RemoveTag({
  of: { tag, count },
  isOpen,
  onClose,
}: {
  of: Tag;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { teamId } = useMembership();
  const remove = useRemoveTag();
  const { save } = useSaving();
  return (
    <Confirm
      open={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={`Delete the tag ${tag}?`}
      description={`It is taken off ${ticketsOf(count)} and out of the rules that set it. A saved view of it stays, and is empty.`}
      confirm="Delete the tag"
      keep="Keep it"
      onConfirm={() => void save(() => remove({ teamId, tag }), `${tag} is being deleted.`)}
    />
  );
}
