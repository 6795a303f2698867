import { X } from 'lucide-react';
import { useState } from 'react';
import type { TicketDetail } from '../../convex/tickets';
import type { TicketActions } from './ticketActions';

interface Props {
  ticket: TicketDetail['ticket'];
  actions: TicketActions;
}

/** Chips, each with its way out, and a field for the next one. */
export function Tags({ ticket: { tags }, actions }: Props) {
  return (
    <span className="flex flex-wrap items-center gap-1">
      {tags.map((tag) => (
        <span
          key={tag}
          className="inline-flex h-6 max-w-full items-center gap-0.5 rounded-sm bg-surface-2 pl-1.5 text-xs font-medium text-ink-2"
        >
          <span className="truncate" dir="auto">
            {tag}
          </span>
          <button
            type="button"
            aria-label={`Remove the tag ${tag}`}
            onClick={() =>
              void actions.setTags(
                tags.filter((each) => each !== tag),
                tags,
              )
            }
            className="flex size-6 items-center justify-center rounded-sm hover:bg-hover pointer-coarse:size-11"
          >
            <X size={12} />
          </button>
        </span>
      ))}
      <NewTag onAdd={(tag) => actions.setTags([...tags, tag], tags)} />
    </span>
  );
}

/** Enter or a comma adds what is written; refused, it stays. */
function NewTag({ onAdd }: { onAdd: (tag: string) => Promise<boolean> }) {
  const [text, setText] = useState('');
  async function add() {
    const tag = text.trim();
    if (tag !== '' && (await onAdd(tag))) setText('');
  }
  return (
    <input
      data-add-tag
      aria-label="Add a tag"
      placeholder="Add a tag"
      value={text}
      maxLength={60}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => void add()}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== ',')) return;
        event.preventDefault();
        void add();
      }}
      className="h-6 w-24 min-w-24 flex-1 rounded-sm bg-transparent px-1 text-xs placeholder:text-ink-3 pointer-coarse:h-11"
    />
  );
}
