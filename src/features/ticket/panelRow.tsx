import type { ReactNode } from 'react';

/** A fact of a ticket, in a list of them. */
export function PanelRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-baseline gap-3 py-1.5 text-sm">
      <dt className="w-20 shrink-0 text-ink-3">{label}</dt>
      <dd className="min-w-0 flex-1">{children}</dd>
    </div>
  );
}
