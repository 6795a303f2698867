import { unquoted } from '../../../convex/shared/search/operatorText';
import type { Found, FoundThread } from '../../convex/search';
import { Button } from '../../ui/button';
import { Avatar } from '../../ui/avatar';
import { FoundRow } from './foundRow';
import { dayOf, toggleOperator, withoutOperator } from './operatorText';
import { unclearLine } from './searchHelp';

export const listId = 'found';

interface Props {
  text: string;
  found: Found;
  /** Of another text than the one that stands there. */
  isBehind: boolean;
  selected: string | null;
  onOpen: (thread: FoundThread) => void;
  onChange: (text: string) => void;
}

/** What was found: people, then conversations, newest first; and where not everything was looked at. */
export function FoundList({ text, found, isBehind, selected, onOpen, onChange }: Props) {
  const { threads, people, words } = found;
  const unclear = unclearLine(found);
  return (
    <div
      className={`min-h-0 flex-1 overflow-y-auto transition-opacity duration-80 ${isBehind ? 'opacity-60 delay-300' : ''}`}
    >
      {unclear && <p className="border-b border-line bg-warn-soft px-3 py-2 text-xs text-warn">{unclear}</p>}
      {people.length > 0 && (
        <section aria-label="Customers" className="border-b border-line p-2">
          {people.map(({ customerId, name, address }) => (
            <button
              key={customerId}
              type="button"
              onClick={() => onChange(`from:"${unquoted(address ?? name)}"`)}
              className="flex min-h-9 w-full items-center gap-2 rounded-md px-1.5 text-left text-sm hover:bg-hover pointer-coarse:min-h-11"
            >
              <Avatar name={name} size={22} />
              <bdi className="min-w-0 truncate">{name}</bdi>
              {address !== name && <bdi className="min-w-0 truncate text-xs text-ink-3">{address}</bdi>}
              <span className="ml-auto shrink-0 text-xs text-ink-3">What they wrote</span>
            </button>
          ))}
        </section>
      )}
      <div
        id={listId}
        role="listbox"
        aria-label="Found conversations"
        tabIndex={0}
        aria-activedescendant={selected === null ? undefined : `found-${selected}`}
        className="outline-offset-[-2px]"
      >
        {threads.map((thread) => (
          <FoundRow
            key={thread.conversationId}
            thread={thread}
            words={words}
            isSelected={thread.conversationId === selected}
            onOpen={onOpen}
          />
        ))}
      </div>
      <FurtherBack text={text} found={found} onChange={onChange} />
    </div>
  );
}

/** Says what was left out, and looks there. */
function FurtherBack({ text, found, onChange }: Pick<Props, 'text' | 'found' | 'onChange'>) {
  const { threads, isCut, walkedTo } = found;
  if (!isCut && walkedTo === null) return null;
  const oldest = threads.length === 0 ? null : dayOf(Math.min(...threads.map(({ at }) => at)));
  const day = isCut ? oldest : walkedTo;
  const isFurther = day !== null && !text.includes(`before:${day}`);
  return (
    <div className="p-3 text-xs text-ink-3">
      <p>
        {isCut
          ? 'There is more than is shown here. A further word or filter narrows it.'
          : `Looked back as far as ${walkedTo}.`}
      </p>
      {isFurther && (
        <Button
          className="mt-2"
          onClick={() => onChange(toggleOperator(withoutOperator(text, 'before'), 'before', day))}
        >
          Look further back
        </Button>
      )}
    </div>
  );
}
