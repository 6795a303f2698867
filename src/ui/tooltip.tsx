import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';
import { Kbd } from './kbd';

export const TooltipProvider = Base.Provider;

/** A hint for a control that already has a name; `keys` teaches the shortcut. */
export function Tooltip({ text, keys, children }: { text: string; keys?: string; children: ReactElement }) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6}>
          <Base.Popup className="flex max-w-72 items-center gap-2 rounded-md bg-surface px-2 py-1 text-xs text-ink-2 shadow-pop transition-opacity duration-120 data-starting-style:opacity-0 data-ending-style:opacity-0">
            {text}
            {keys && <Kbd keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
