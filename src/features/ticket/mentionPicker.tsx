import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react';
import { flushSync } from 'react-dom';
import { handlesOf, typedMention, withMention } from '../../../convex/shared/conversation/mentions';
import { useMembers } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { Avatar } from '../../ui/avatar';

interface Field {
  field: RefObject<HTMLTextAreaElement | null>;
  isNote: boolean;
  text: string;
  write: (text: string) => void;
}

interface Picker {
  list: ReactNode;
  /** For the field. */
  fieldProps: {
    onSelect: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
    'aria-autocomplete'?: 'list';
    'aria-controls'?: string;
    'aria-activedescendant'?: string;
  };
}

const most = 6;

/** Whom an `@` in a note may mean, while it is typed: arrows walk, Enter or Tab takes, Escape leaves the text as it is. */
export function useMentionPicker({ field, isNote, text, write }: Field): Picker {
  const id = useId();
  const people = useFitting();
  const [caret, setCaret] = useState<number | null>(null);
  const [walked, setWalked] = useState(0);
  /** Of the `@` that is to stay as it is. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const mention = isNote && caret !== null ? typedMention(text, caret) : null;
  const fitting = mention === null || mention.at === leftAt ? [] : people(mention.typed);
  const chosen = Math.min(walked, fitting.length - 1);

  function take(handle: string) {
    const next = withMention(text, mention!, caret!, handle);
    flushSync(() => write(next.text));
    field.current?.focus();
    field.current?.setSelectionRange(next.caret, next.caret);
    setWalked(0);
  }

  const acts: Record<string, () => void> = {
    ArrowDown: () => setWalked((chosen + 1) % fitting.length),
    ArrowUp: () => setWalked((chosen + fitting.length - 1) % fitting.length),
    Enter: () => take(fitting[chosen]!.handle),
    Tab: () => take(fitting[chosen]!.handle),
    Escape: () => setLeftAt(mention!.at),
  };

  return {
    list: fitting.length > 0 && (
      <Suggestions id={id} handles={fitting.map(({ handle }) => handle)} chosen={chosen} onTake={take} />
    ),
    fieldProps: {
      onSelect() {
        const { selectionStart = 0, selectionEnd, value = '' } = field.current ?? {};
        setCaret(selectionStart === selectionEnd ? selectionStart : null);
        if (typedMention(value, selectionStart) === null) setLeftAt(null);
      },
      onKeyDown(event) {
        const { ctrlKey, metaKey, altKey, shiftKey, key } = event;
        if (fitting.length === 0 || ctrlKey || metaKey || altKey || shiftKey) return;
        const act = acts[key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      },
      ...(fitting.length > 0 && {
        'aria-autocomplete': 'list',
        'aria-controls': id,
        'aria-activedescendant': `${id} ${chosen}`,
      }),
    },
  };
}

/** Colleagues whose name, or a word of it, begins with what was typed. */
function useFitting() {
  const { memberId } = useMembership();
  const members = useMembers() ?? [];
  return (typed: string) => {
    const begun = typed.toLocaleLowerCase();
    const fits = (handle: string) =>
      [handle, ...handle.split(' ')].some((part) => part.toLocaleLowerCase().startsWith(begun));
    return handlesOf(members)
      .filter((person) => person.memberId !== memberId && fits(person.handle) && person.handle !== typed)
      .slice(0, most);
  };
}

interface SuggestionsProps {
  id: string;
  handles: readonly string[];
  chosen: number;
  onTake: (handle: string) => void;
}

function Suggestions({ id, handles, chosen, onTake }: SuggestionsProps) {
  return (
    <>
      <span role="status" className="sr-only">
        {handles.length === 1 ? '1 colleague' : `${handles.length} colleagues`}
      </span>
      <ul
        id={id}
        role="listbox"
        aria-label="Mention a colleague"
        className="absolute bottom-full left-3 z-30 mb-1 w-72 max-w-[calc(100%-1.5rem)] rounded-lg bg-surface p-1 text-sm text-ink shadow-pop"
      >
        {handles.map((handle, index) => (
          // Walked by the keys of the field, which keeps the focus.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={handle}
            id={`${id} ${index}`}
            role="option"
            aria-selected={index === chosen}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onTake(handle)}
            className="flex h-8 cursor-default items-center gap-2 rounded-md px-2 aria-selected:bg-selected hover:bg-hover pointer-coarse:h-11"
          >
            <Avatar name={handle} size={20} />
            <bdi className="truncate">{handle}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}
