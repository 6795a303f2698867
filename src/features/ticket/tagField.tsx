import { type KeyboardEvent, useId, useState } from 'react';
import type { TagColour } from '../../../convex/shared/tickets/tags';
import { maxTagLength } from '../../../convex/shared/tickets/tickets';
import { useTags } from '../../convex/ticketLists';
import { takesAtMost } from '../../lib/typing';
import { TagDot } from '../../ui/tagDot';
import { spelled, suggestTags } from './suggestTags';

interface Props {
  /** What the ticket has already. */
  worn: readonly string[];
  colours: ReadonlyMap<string, TagColour>;
  /** False: refused. */
  onAdd: (tag: string) => Promise<boolean>;
}

/**
 * Enter or a comma adds what is chosen, else what is written; refused, it stays. The team's tags are offered below, most used
 * first: arrows walk them, Escape leaves the text as it is.
 */
export function TagField({ worn, colours, onAdd }: Props) {
  const id = useId();
  const [text, setText] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const [walked, setWalked] = useState(-1);
  const known = useTags() ?? [];
  const offered = isOpen ? suggestTags(known, worn, text) : [];
  const chosen = Math.min(walked, offered.length - 1);

  /** What comes meanwhile is typed into an empty field; what was refused comes back. */
  async function add(tags: string[]) {
    setWalked(-1);
    setText('');
    for (const each of tags) {
      const tag = spelled(known, each.trim());
      if (tag !== '' && !(await onAdd(tag))) setText((now) => (now === '' ? tag : `${tag}, ${now}`));
    }
  }

  const acts: Record<string, () => void> = {
    ArrowDown: () => (isOpen ? setWalked((chosen + 1) % offered.length) : setIsOpen(true)),
    ArrowUp: () => setWalked(chosen <= 0 ? offered.length - 1 : chosen - 1),
    Enter: () => void add(chosen in offered ? [offered[chosen]!.tag] : text.split(',')),
    ',': () => void add(text.split(',')),
    Escape: () => setIsOpen(false),
  };

  function press(event: KeyboardEvent) {
    const { key } = event;
    const act = acts[key];
    if (act === undefined) return;
    // What means nothing here is somebody else's key.
    if (key === 'Escape' && offered.length === 0) return;
    if (key.startsWith('Arrow') && isOpen && offered.length === 0) return;
    event.preventDefault();
    if (key === 'Escape') event.stopPropagation();
    act();
  }

  return (
    <span className="relative flex min-w-24 flex-1">
      <input
        data-add-tag
        role="combobox"
        aria-label="Add a tag"
        aria-expanded={offered.length > 0}
        aria-autocomplete="list"
        aria-controls={id}
        {...(chosen >= 0 && { 'aria-activedescendant': `${id} ${chosen}` })}
        placeholder="Add a tag"
        autoComplete="off"
        value={text}
        onInput={takesAtMost(maxTagLength)}
        onChange={(event) => {
          setText(event.target.value);
          setWalked(-1);
          setIsOpen(true);
        }}
        onFocus={() => setIsOpen(true)}
        onClick={() => setIsOpen(true)}
        onBlur={() => {
          setIsOpen(false);
          void add(text.split(','));
        }}
        onKeyDown={press}
        className="-ml-1 h-6 w-full rounded-sm bg-transparent px-1 text-sm placeholder:text-ink-3 pointer-coarse:h-11"
      />
      {offered.length > 0 && (
        <ul
          id={id}
          role="listbox"
          aria-label="Tags of the team"
          className="absolute inset-x-0 top-full z-30 mt-1 rounded-lg bg-surface p-1 text-xs text-ink shadow-pop"
        >
          {offered.map(({ tag, count }, index) => (
            // Walked by the keys of the field, which keeps the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={tag}
              id={`${id} ${index}`}
              role="option"
              aria-selected={index === chosen}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => void add([tag])}
              className="flex h-7 cursor-default items-center gap-1.5 rounded-md px-1.5 aria-selected:bg-selected hover:bg-hover pointer-coarse:h-11"
            >
              <TagDot colour={colours.get(tag)} />
              <bdi className="min-w-0 flex-1 truncate">{tag}</bdi>
              <span className="text-ink-3 tabular-nums">{count}</span>
            </li>
          ))}
        </ul>
      )}
    </span>
  );
}
