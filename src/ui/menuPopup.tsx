import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode, RefObject } from 'react';
import { Kbd } from './kbd';
import type { Opens } from './later';

export interface MenuChoice {
  id: string;
  label: string;
  icon?: ReactNode;
  keys?: string;
  checked?: boolean;
  disabled?: boolean;
  danger?: boolean;
  onChoose: () => void;
}

export interface MenuPopupProps extends Opens {
  /** What opened it: it lies beside it, and gives the focus back to it. */
  anchor: RefObject<HTMLElement | null>;
  label: string;
  choices: MenuChoice[];
  align: 'start' | 'end';
}

/** What was chosen has brought something that took the focus. */
function isFocusElsewhere(): boolean {
  const focused = document.activeElement;
  return focused !== null && focused !== document.body && focused.closest('[role=menu]') === null;
}

export function MenuPopup({ anchor, label, choices, align, open, onOpenChange }: MenuPopupProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, { reason, event }) => {
        // What opened it closes it by itself.
        if (reason !== 'outside-press' || !anchor.current?.contains(event.target as Node)) onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={4} align={align} className="z-40">
          <Base.Popup
            aria-label={label}
            finalFocus={() => (isFocusElsewhere() ? false : anchor.current)}
            className="min-w-48 origin-(--transform-origin) rounded-lg bg-surface p-1 text-sm text-ink shadow-pop outline-none transition duration-120 data-starting-style:-translate-y-1 data-starting-style:opacity-0 data-ending-style:opacity-0"
          >
            {choices.map((choice) => (
              <Base.Item
                key={choice.id}
                disabled={choice.disabled}
                onClick={choice.onChoose}
                className={`flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-highlighted:bg-selected data-disabled:opacity-55 pointer-coarse:h-11 ${choice.danger ? 'text-bad' : ''}`}
              >
                {choice.icon}
                <span className="flex-1 truncate">{choice.label}</span>
                {choice.checked && (
                  <span className="text-accent-text">
                    <span aria-hidden>✓</span>
                    <span className="sr-only">, chosen</span>
                  </span>
                )}
                {choice.keys && <Kbd keys={choice.keys} />}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
