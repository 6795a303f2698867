import { useState } from 'react';
import { Dialog } from '../ui/dialog';
import { Kbd } from '../ui/kbd';
import { actionIds, definitionOf } from './catalogue';
import { keysOf, useKeyPreferences } from './preferences';
import { useAction } from './registry';

const groups = ['List', 'Ticket', 'Reply', 'Go to', 'Desk'] as const;

/** `?`: every key there is. */
export function ShortcutSheet() {
  const [open, setOpen] = useState(false);
  useKeyPreferences();
  useAction('desk.shortcuts', { run: () => setOpen(true) });
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title="Keyboard shortcuts"
      description="Change them in Settings, Me."
    >
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-sm font-semibold">{group}</h3>
            <dl className="text-sm">
              {actionIds
                .filter((id) => definitionOf(id).group === group && keysOf(id).length > 0)
                .map((id) => (
                  <div key={id} className="flex items-center justify-between gap-3 py-0.5">
                    <dt className="text-ink-2">{definitionOf(id).label}</dt>
                    <dd>
                      <Kbd keys={keysOf(id)[0]!} isSpoken />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
