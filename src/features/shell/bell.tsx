import { Bell as Icon } from 'lucide-react';
import { useRef, useState } from 'react';
import { useShownKeys } from '../../actions/preferences';
import { useAction } from '../../actions/registry';
import { useNeeds } from '../../convex/needs';
import { later } from '../../ui/later';
import { Tooltip } from '../../ui/tooltip';
import type { NeedsPanelProps } from './needsPanel';

const Panel = later<NeedsPanelProps>(async () => (await import('./needsPanel')).NeedsPanel);

/** How much one has to see to, and the list of it. */
export function Bell({ className }: { className: string }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const mine = useNeeds();
  const count = mine?.needs.length ?? 0;
  const words = mine?.more ? `${count}+` : String(count);
  useAction('desk.needs', { run: () => setIsOpen(!isOpen) });
  return (
    <>
      <Tooltip text="What needs you" keys={useShownKeys('desk.needs')}>
        <button
          ref={anchor}
          type="button"
          aria-label={count === 0 ? 'What needs you: nothing' : `What needs you: ${words}`}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className={`${className} relative`}
        >
          <Icon size={18} strokeWidth={1.75} />
          {count > 0 && (
            <span
              aria-hidden
              className="absolute top-0.5 right-0 min-w-4 rounded-full bg-bad px-1 text-center text-2xs leading-4 font-semibold text-surface tabular-nums"
            >
              {count > 99 ? '99+' : words}
            </span>
          )}
        </button>
      </Tooltip>
      <Panel open={isOpen} onOpenChange={setIsOpen} anchor={anchor} />
    </>
  );
}
