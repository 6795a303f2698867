import { X } from 'lucide-react';
import { useTagColours } from '../../convex/tags';
import type { TicketDetail } from '../../convex/tickets';
import { TagDot } from '../../ui/tagDot';
import { TagField } from './tagField';
import type { TicketActions } from './ticketActions';

interface Props {
  ticket: TicketDetail['ticket'];
  actions: TicketActions;
}

/** Chips, each with its way out, and a field for the next one. */
export function Tags({ ticket: { tags }, actions }: Props) {
  const colours = useTagColours();
  return (
    <span className="-my-0.5 flex flex-wrap items-center gap-1">
      {tags.map((tag) => (
        <span
          key={tag}
          className="inline-flex h-6 max-w-full items-center gap-0.5 rounded-sm bg-surface-2 pl-1.5 text-xs font-medium text-ink-2"
        >
          <span className="inline-flex min-w-0 items-center gap-1.5">
            <TagDot colour={colours.get(tag)} />
            <span className="truncate" dir="auto">
              {tag}
            </span>
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
      <TagField worn={tags} colours={colours} onAdd={(tag) => actions.setTags([...tags, tag], tags)} />
    </span>
  );
}
